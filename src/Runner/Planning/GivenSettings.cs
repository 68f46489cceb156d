using System.Globalization;

namespace TripletGpu.Runner.Planning;

/// <summary>
/// What the command line says itself. It is put on top of what is chosen; what depends on it is chosen accordingly.
/// Values that make no sense are left to the configuration's own rules.
/// </summary>
/// <param name="settings"><c>path=value</c> each; the last of a path counts.</param>
sealed class GivenSettings(IReadOnlyList<string> settings)
{
    /// <summary>The text of a field; null where it was not given.</summary>
    public string? Text(string path)
    {
        string start = path + "=";
        return settings.LastOrDefault(s => s.StartsWith(start, StringComparison.Ordinal))?[start.Length..];
    }

    /// <summary>The number of a field; null where none was given.</summary>
    public double? Number(string path) =>
        double.TryParse(Text(path), NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number) ? number : null;

    /// <summary>The whole number of a field, at least so large; null where none was given.</summary>
    public int? Count(string path, int least) =>
        Number(path) is { } number && number >= least && number <= int.MaxValue ? (int)number : null;

    /// <summary>The extents of a field, such as <c>[3,32,32]</c>; null where none were given.</summary>
    public int[]? Extents(string path)
    {
        if (Text(path) is not ['[', .. { } list, ']']) return null;
        int[] extents = [.. list.Split(',').Select(part =>
            int.TryParse(part, NumberStyles.Integer, CultureInfo.InvariantCulture, out int extent) ? extent : 0)];
        return extents.All(extent => extent > 0) ? extents : null;
    }

    /// <summary>The share of a field, from 0 to below 1; null where none was given.</summary>
    public double? Share(string path) => Text(path) is "none" or "null" ? 0
        : Number(path) is >= 0 and < 1 and { } share ? share : null;
}
