using TripletGpu.Models;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Images;

namespace TripletGpu.Runner.Data;

/// <summary>What the images of a folder are for.</summary>
enum FolderPart { Train, Validation, Test, Gallery }

/// <summary>
/// The folders that hold class folders, with what they are for: the folder itself, or its folders where they are parts
/// as torchvision's ImageFolder, Keras, Ultralytics and Market-1501 lay them out (train, val, test, query, gallery in
/// any spelling). A root that is neither is an error that says how to go on.
/// </summary>
static class FolderLayout
{
    const string WayOut = "data.layout=classes takes every folder for a class";

    static readonly Dictionary<string, FolderPart> names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = FolderPart.Train,
        ["training"] = FolderPart.Train,
        ["trainset"] = FolderPart.Train,
        ["bounding_box_train"] = FolderPart.Train,
        ["val"] = FolderPart.Validation,
        ["valid"] = FolderPart.Validation,
        ["validation"] = FolderPart.Validation,
        ["valset"] = FolderPart.Validation,
        ["dev"] = FolderPart.Validation,
        ["test"] = FolderPart.Test,
        ["testing"] = FolderPart.Test,
        ["testset"] = FolderPart.Test,
        ["query"] = FolderPart.Test,
        ["gallery"] = FolderPart.Gallery,
        ["bounding_box_test"] = FolderPart.Gallery,
    };

    /// <summary>Finds the parts.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="kind">Whether it may have parts, or must.</param>
    /// <param name="log">Told what was found.</param>
    /// <exception cref="UserErrorException">The names of the folders cannot be understood.</exception>
    public static IReadOnlyList<(FolderPart Part, string Path)> Find(
        string root, FolderLayoutKind kind, Action<string> log)
    {
        (FolderPart Part, string Path)[] whole = [(FolderPart.Train, root)];
        if (kind == FolderLayoutKind.Classes) return whole;
        string[] folders = [.. FolderTree.Folders(root)];
        string[] parts = [.. folders.Where(IsPart)], others = [.. folders.Except(parts).Where(HasImages)];
        if (parts.Length == 0)
        {
            if (kind == FolderLayoutKind.Parts)
                throw new UserErrorException($"{root} has no folder train, which data.layout=parts asks for");
            CheckDepth(root, folders);
            return whole;
        }
        if (kind == FolderLayoutKind.Auto && others.Length > 0 && !parts.Any(IsTrain))
            throw new UserErrorException(
                $"{root} has {Names(parts)} beside {Names(others)}: it cannot be told whether these are parts of the"
                + $" data or classes; {WayOut}, data.layout=parts only {Names(parts)}");
        if (kind == FolderLayoutKind.Auto && others.Length > 0 && parts.Length == 1)
            throw new UserErrorException(
                $"{root} has a folder {Names(parts)} beside {Names(others)}: {WayOut}, data.layout=parts trains on"
                + $" {Names(parts)} alone");
        if (!parts.Any(IsTrain))
            throw new UserErrorException(
                $"{root} has {Names(parts)} but no folder train: name the folder to train on train, or give it by"
                + $" data.path ({WayOut})");
        foreach (string part in parts.Where(part => !FolderTree.Folders(part).Any(HasImages)))
            throw new UserErrorException(
                $"{part} has no class folders with images: a part of the data is {Path.GetFileName(part)}/CLASS/IMAGE;"
                + $" take it away if it has no classes; {WayOut}");
        if (others.Length > 0) log($"{root}: {Names(others)} left out, beside the parts {Names(parts)}");
        return Assign(root, parts, log);
    }

    static (FolderPart, string)[] Assign(string root, string[] parts, Action<string> log)
    {
        foreach (IGrouping<FolderPart, string> twice in parts.GroupBy(PartOf).Where(g => g.Count() > 1))
            throw new UserErrorException(
                $"{root}: {Names([.. twice])} both mean {Word(twice.Key)}; leave one, or {WayOut}");
        (FolderPart Part, string Path)[] assigned = [.. parts.Select(part => (PartOf(part), part))];
        // With no other part to judge by, the test is what the figures are worth: validation comes out of train.
        if (assigned.All(p => p.Part is FolderPart.Train or FolderPart.Validation))
            assigned = [.. assigned.Select(
                p => p.Part == FolderPart.Validation ? (FolderPart.Test, p.Path) : p)];
        log($"{root}: " + string.Join(", ", assigned.Select(p => $"{Path.GetFileName(p.Path)} is {Word(p.Part)}")));
        return assigned;
    }

    /// <summary>Refuses parts one level too deep: around them all, or inside each class.</summary>
    static void CheckDepth(string root, string[] folders)
    {
        foreach (string folder in folders)
        {
            string[] inner = [.. FolderTree.Folders(folder)];
            if (!inner.Any(IsTrain) || !inner.All(IsPart)) continue;
            throw new UserErrorException(folders.Length == 1
                ? $"{root} has the one folder {Names(folders)}, which has {Names(inner)}: data.path={folder} takes them"
                    + $" as the parts of the data; {WayOut}"
                : $"{folder} has {Names(inner)}: parts of the data are TRAIN/CLASS/IMAGE, not CLASS/TRAIN/IMAGE;"
                    + $" {WayOut} with all its images");
        }
    }

    static bool HasImages(string folder) => FolderTree.Files(folder).Any(ImageFile.IsImage);

    static bool IsPart(string folder) => names.ContainsKey(Path.GetFileName(folder));

    static bool IsTrain(string folder) => IsPart(folder) && PartOf(folder) == FolderPart.Train;

    static FolderPart PartOf(string folder) => names[Path.GetFileName(folder)];

    static string Word(FolderPart part) => part switch
    {
        FolderPart.Train => "trained on",
        FolderPart.Validation => "for choosing the best network",
        FolderPart.Test => "the test",
        _ => "the gallery that the test is compared with",
    };

    static string Names(string[] folders)
    {
        const int most = 4;
        string shown = string.Join(", ", folders.Take(most).Select(Path.GetFileName));
        return folders.Length > most ? $"{shown} and {folders.Length - most} more" : shown;
    }
}
