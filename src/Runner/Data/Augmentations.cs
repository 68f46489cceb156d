using System.Globalization;

namespace TripletGpu.Runner.Data;

/// <summary>Makes augmentations from the words of <c>data.augment</c>.</summary>
public static class Augmentations
{
    const int MostPadding = 1024;

    /// <summary>One augmentation a word: <c>flip</c>, <c>pad-crop:4</c>.</summary>
    /// <exception cref="UserErrorException">A word is none of these.</exception>
    public static IReadOnlyList<IAugmentation> Parse(IReadOnlyList<string> words) =>
        [.. words.Select((word, i) => Parse(word, $"data.augment[{i}]"))];

    static IAugmentation Parse(string word, string path)
    {
        string[] parts = word.Split(':', 2);
        return (parts[0], parts.Length) switch
        {
            ("flip", 1) => new HorizontalFlip(),
            ("pad-crop", 2) when
                int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int padding)
                && padding is > 0 and <= MostPadding => new PadCrop(padding),
            _ => throw new UserErrorException($"{path} must be flip or pad-crop:4 (pixels), not '{word}'"),
        };
    }
}
