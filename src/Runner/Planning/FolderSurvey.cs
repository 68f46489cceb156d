using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Images;

namespace TripletGpu.Runner.Planning;

/// <summary>What can be seen of a folder of images before anything is trained on it.</summary>
sealed record FolderSurvey
{
    // Of more images an even part is decoded: for their size and colour that is plenty.
    const int MostDecoded = 400;

    /// <summary>The folder.</summary>
    public required string Path { get; init; }

    /// <summary>The classes that are trained on, by name, with how many images each has; at least two.</summary>
    public required IReadOnlyList<(string Name, int Images)> Classes { get; init; }

    /// <summary>Whether a folder of its own is the test.</summary>
    public bool HasTest { get; init; }

    /// <summary>Whether a folder of its own is for choosing the best network.</summary>
    public bool HasValidation { get; init; }

    /// <summary>The median width of the images, upright.</summary>
    public required int Width { get; init; }

    /// <summary>The median height.</summary>
    public required int Height { get; init; }

    /// <summary>Whether red, green and blue are the same in every pixel that was looked at.</summary>
    public bool IsGrey { get; init; }

    /// <summary>The images to train on.</summary>
    public int Images => Classes.Sum(c => c.Images);

    /// <summary>The class with the fewest images.</summary>
    public (string Name, int Images) Shortest => Classes.MinBy(c => c.Images);

    /// <summary>Looks at a folder.</summary>
    /// <exception cref="UserErrorException">Nothing can be learned from it: says why, and what would do.</exception>
    public static FolderSurvey Of(string path)
    {
        IReadOnlyList<(FolderPart Part, string Path)> parts = FolderLayout.Find(path, FolderLayoutKind.Auto, _ => { });
        (string Class, string File)[] files = [.. parts.Where(part => part.Part == FolderPart.Train).SelectMany(part =>
            from folder in FolderTree.Folders(part.Path)
            from file in FolderDataset.Find(folder, _ => { })
            select (System.IO.Path.GetFileName(folder), file))];
        if (files.Length == 0) throw NoClasses(path);
        HashSet<string> broken = [];
        List<(int Width, int Height, bool IsGrey)> seen = Look(path, files, broken);
        (string Name, int Images)[] classes = [.. files.Where(file => !broken.Contains(file.File))
            .GroupBy(file => file.Class).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => (g.Key, g.Count()))];
        if (classes.Length == 1) throw OneClass(path, classes[0], parts, files);
        if (classes.All(c => c.Images == 1))
            throw new UserErrorException(
                $"each of the {Counted.Of(classes.Length, "class")} of {path} has one image: to learn what images of"
                + " one class have in common takes two of it at the least");
        return new FolderSurvey
        {
            Path = path,
            Classes = classes,
            HasTest = parts.Any(part => part.Part == FolderPart.Test),
            HasValidation = parts.Any(part => part.Part == FolderPart.Validation),
            Width = Median(seen.Select(image => image.Width)),
            Height = Median(seen.Select(image => image.Height)),
            IsGrey = seen.All(image => image.IsGrey),
        };
    }

    /// <summary>Another folder may be there, with nothing in it that can be read.</summary>
    static UserErrorException OneClass(
        string path, (string Name, int Images) only, IReadOnlyList<(FolderPart Part, string Path)> parts,
        IEnumerable<(string Class, string File)> files)
    {
        string? broken = files.Select(file => file.Class).FirstOrDefault(name => name != only.Name);
        string? unread = parts.Where(part => part.Part == FolderPart.Train)
            .SelectMany(part => FolderTree.Folders(part.Path))
            .Where(folder => FolderTree.Files(folder, _ => { }).Any() && !FolderDataset.Find(folder, _ => { }).Any())
            .Select(System.IO.Path.GetFileName).FirstOrDefault();
        return new UserErrorException(
            $"{path} has one class, {only.Name} ({Counted.Of(only.Images, "image")}): nothing can be told apart; "
            + (broken is not null ? $"no image of {broken} can be decoded"
                : unread is not null ? $"{unread} has files, but no PNG, JPEG, BMP or WebP images"
                : "put images of another class into a second folder beside it"));
    }

    static UserErrorException NoClasses(string path)
    {
        int loose = Directory.GetFiles(path).Count(ImageFile.IsImage);
        return new UserErrorException(loose > 0
            ? $"{path} has {Counted.Of(loose, "image")} but no folders of classes: put the images of each class into a"
                + $" folder of its own, {System.IO.Path.Combine(path, "CLASS", "IMAGE.jpg")}"
            : $"{path} has no folder with PNG, JPEG, BMP or WebP images in it; each class needs a folder of its own");
    }

    /// <summary>Decodes an even part of the files, and more until one can be.</summary>
    /// <param name="path">The folder, for messages.</param>
    /// <param name="files">All of them.</param>
    /// <param name="broken">Takes those that cannot be decoded.</param>
    static List<(int, int, bool)> Look(string path, (string Class, string File)[] files, HashSet<string> broken)
    {
        List<(int, int, bool)> seen = [];
        string? reason = null;
        int stride = (files.Length + MostDecoded - 1) / MostDecoded;
        for (int first = 0; first < stride && seen.Count == 0; first++)
        {
            int start = first, count = (files.Length - first + stride - 1) / stride;
            Parallel.For(0, count, i =>
            {
                string file = files[start + i * stride].File;
                try
                {
                    using PixelImage image = ImageFile.Decode(file);
                    (int, int, bool) found = (image.Width, image.Height, IsGreyImage(image));
                    lock (seen) seen.Add(found);
                }
                catch (ImageFormatException exception)
                {
                    lock (seen)
                    {
                        broken.Add(file);
                        reason ??= $"{file}: {exception.Message}";
                    }
                }
            });
        }
        return seen.Count > 0 ? seen
            : throw new UserErrorException(
                $"{path} has no image that can be decoded, in {Counted.Of(files.Length, "file")}: {reason}");
    }

    static bool IsGreyImage(PixelImage image)
    {
        Span<byte> pixels = image.Pixels;
        for (int i = 0; i < pixels.Length; i += 3)
            if (pixels[i] != pixels[i + 1] || pixels[i] != pixels[i + 2]) return false;
        return true;
    }

    static int Median(IEnumerable<int> values)
    {
        int[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
