using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Data;

/// <summary>Images and labels from .npy files.</summary>
static class ArrayDataset
{
    readonly record struct Part(string Name, string Images, string Labels)
    {
        public long[] Ids { get; init; } = [];
    }

    /// <summary>
    /// Reads images, [n, c, h, w] or [n, h, w]: bytes become [0, 1], other numbers are used as they are; and integer
    /// labels, [n], which may be ids of any size: all parts together have their classes counted up without gaps.
    /// </summary>
    /// <exception cref="UserErrorException">
    /// A file cannot be read, the two do not belong together, or a pixel is not finite.
    /// </exception>
    public static (MemoryDataset Train, MemoryDataset? Validation, MemoryDataset? Test, MemoryDataset? Gallery) Read(
        DataConfig config)
    {
        Part?[] parts =
        [
            Of("train", config.Images, config.Labels),
            Of("validation", config.ValidationImages, config.ValidationLabels),
            Of("test", config.TestImages, config.TestLabels),
            Of("gallery", config.GalleryImages, config.GalleryLabels),
        ];
        for (int i = 0; i < parts.Length; i++)
            if (parts[i] is { } part)
                parts[i] = part with
                {
                    Ids = ClassIds.Read(part.Labels, ImageArray.ReadShape(part.Images)[0], part.Images),
                };
        CheckUnlabelled(parts);
        ClassIds classes = ClassIds.Of(parts.Select(part => part?.Ids ?? []));
        string[] names = classes.Names;
        MemoryDataset?[] read = Array.ConvertAll(parts, part => part is { } p
            ? ImageArray.Read(p.Name, p.Images, classes.Labels(p.Ids), names, classes.Ids)
            : null);
        return (read[0]!, read[1], read[2], read[3]);
    }

    static Part? Of(string name, string? images, string? labels) =>
        images is null || labels is null ? null : new Part($"arrays {name}", images, labels);

    /// <summary>
    /// Negative ids are fine, but a single -1 among ordinary labels is how many programs mark no label.
    /// </summary>
    static void CheckUnlabelled(Part?[] parts)
    {
        long[] negative = [.. parts.SelectMany(part => part?.Ids ?? []).Where(id => id < 0).Distinct().Take(2)];
        if (negative is not [-1]) return;
        Part found = parts.OfType<Part>().First(part => part.Ids.Contains(-1));
        throw new UserErrorException(
            $"{found.Labels}: label {Array.IndexOf(found.Ids, -1)} is -1, the only negative one: leave rows without a"
            + " label out, or give the class another number");
    }
}
