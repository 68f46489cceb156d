using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Data;

/// <summary>
/// The values of an array's pixels as they reach the network's scaling: those of bytes are in [0, 1], others are as the
/// file has them. Images that were saved as floats from 0 to 255 look like any others, and train badly without a word.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Element">What its elements are.</param>
/// <param name="Least">The smallest value.</param>
/// <param name="Most">The largest.</param>
sealed record PixelRange(string Path, NpyElement Element, float Least, float Most)
{
    // Standardised pixels stay far below it, those of 8 bits or more go far beyond.
    const float MostUsual = 16;

    /// <summary>Whether these are the numbers of 8 or 16 bits, not scaled.</summary>
    public bool IsUnscaled => !Element.IsByte && Most > MostUsual && (Least >= 0 || Element.IsInteger);

    /// <summary>A line about pixels that the network gets as large as they are; null where all is well.</summary>
    /// <param name="scaling">What the network does to pixels first.</param>
    public string? Warning(PixelScaling? scaling) =>
        !IsUnscaled || scaling is not null && scaling.Scale.All(scale => scale * Most <= MostUsual)
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{Path} holds {Element} from {Least} to {Most}, and only uint8 is scaled to [0, 1]: divide it by"
                + $" {White}, or train with data.std={White}, unless the network wants such pixels");

    /// <summary>Checks that the parts of a data set, where there are any, have pixels of one scale.</summary>
    /// <exception cref="UserErrorException">One has them up to 255 where another has them up to 1.</exception>
    public static void CheckAlike(IReadOnlyList<PixelRange?> parts)
    {
        if (parts.FirstOrDefault(part => part is { IsUnscaled: true }) is { } large
            && parts.FirstOrDefault(part => part is { Least: >= 0, Most: > 0 and <= 1 }) is { } small)
            throw new UserErrorException(
                $"{large.Describe()} as they are, {small.Describe()}{(small.Element.IsByte ? ", scaled" : "")}:"
                + " save both in one way");
    }

    string Describe() => string.Create(CultureInfo.InvariantCulture, $"{Path} gives {Element} up to {Most}");

    /// <summary>The value of white.</summary>
    int White => Most <= byte.MaxValue ? byte.MaxValue : ushort.MaxValue;
}
