using System.Globalization;
using TripletGpu.Models;

namespace TripletGpu.Runner.Data;

/// <summary>Makes augmentations from the words of <c>data.augment</c>.</summary>
public static class Augmentations
{
    const int MostPadding = 1024;

    /// <summary>
    /// One augmentation a word: <c>flip</c>, <c>pad-crop:4</c>, <c>resize-crop:0.5</c>, <c>colour:0.2</c>.
    /// </summary>
    /// <exception cref="UserErrorException">A word is none of these.</exception>
    public static IReadOnlyList<IAugmentation> Parse(IReadOnlyList<string> words) =>
        [.. words.Select((word, i) => Parse(word, $"data.augment[{i}]"))];

    static IAugmentation Parse(string word, string path)
    {
        string[] parts = word.Split(':', 2);
        float number = parts.Length == 2
            && float.TryParse(parts[1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out float parsed)
                ? parsed
                : 0;
        return (parts[0], parts.Length) switch
        {
            ("flip", 1) => new HorizontalFlip(),
            ("pad-crop", 2) when number is > 0 and <= MostPadding && number == (int)number => new PadCrop((int)number),
            ("resize-crop", 2) when number is > 0 and <= 1 => new ResizeCrop(number),
            ("colour", 2) when number is > 0 and <= 1 => new ColourJitter(number),
            _ => throw new UserErrorException(
                $"{path} must be flip, pad-crop:4 (pixels), resize-crop:0.5 (the least share of the area)"
                + $" or colour:0.2 (the most change), not '{word}'"),
        };
    }
}
