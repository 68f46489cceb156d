using System.Globalization;
using TripletGpu.Models;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>A kernel at a size in two runs.</summary>
/// <param name="Kernel">Its name.</param>
/// <param name="Size">The size.</param>
/// <param name="Before">Seconds in the older run.</param>
/// <param name="After">Seconds in the newer one.</param>
/// <param name="Noise">The larger of both spreads.</param>
sealed record KernelChange(string Kernel, string Size, double Before, double After, double Noise)
{
    /// <summary>How many times as long it takes.</summary>
    public double Ratio => After / Before;
}

/// <summary>Two runs, kernel by kernel and size by size.</summary>
/// <param name="Changes">What is in both, the most slowed first.</param>
/// <param name="Only">How many rows are in one alone.</param>
sealed record KernelComparison(IReadOnlyList<KernelChange> Changes, int Only)
{
    /// <summary>Compares two runs on one device.</summary>
    /// <exception cref="UserErrorException">They are of different devices, or have nothing in common.</exception>
    public static KernelComparison Of(KernelRun before, KernelRun after)
    {
        if ((before.Device, before.Name, before.Clock) != (after.Device, after.Name, after.Clock))
            throw new UserErrorException(
                $"--compare: that run is of {before.Device} ({before.Name}, {before.Clock}'s clock), this one of"
                + $" {after.Device} ({after.Name}, {after.Clock}'s clock)");
        Dictionary<(string, string), KernelRow> old = before.Rows.ToDictionary(row => (row.Kernel, row.Size));
        List<KernelChange> changes = [];
        foreach (KernelRow row in after.Rows)
            if (old.TryGetValue((row.Kernel, row.Size),
                out KernelRow? was) && was.Flops == row.Flops && was.Bytes == row.Bytes)
                changes.Add(new(row.Kernel, row.Size, was.Seconds, row.Seconds, Math.Max(was.Spread, row.Spread)));
        if (changes.Count == 0) throw new UserErrorException(
            "--compare: that run has none of these kernels at these sizes");
        return new(
            [.. changes.OrderByDescending(change => change.Ratio)],
            before.Rows.Count + after.Rows.Count - 2 * changes.Count);
    }

    /// <summary>What takes longer than before by more than a share.</summary>
    public IReadOnlyList<KernelChange> Slower(double share) =>
        [.. Changes.Where(change => change.Ratio > 1 + share)];

    /// <summary>The share that <c>5%</c> is; null without a text.</summary>
    /// <exception cref="UserErrorException">It is no percentage.</exception>
    public static double? Limit(string? text)
    {
        if (text is null) return null;
        return double.TryParse(
            text.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent)
            && double.IsFinite(percent)
            ? percent / 100
            : throw new UserErrorException($"--fail-above takes a percentage such as 5%, not {text}");
    }
}
