using System.Globalization;

namespace TripletGpu.Kernels;

/// <summary>A line of C#.</summary>
/// <param name="File">The file's name, without a folder.</param>
/// <param name="Number">From 1.</param>
public readonly record struct SourceLine(string File, int Number)
{
    /// <summary>
    /// What a <see cref="KernelSource.LineMap"/> says: for each line of the device text the lines of C# that became it;
    /// none for what stands there for C's sake alone.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<SourceLine>> Read(string map)
    {
        List<IReadOnlyList<SourceLine>> lines = [];
        string file = "";
        foreach (string entry in map.Split(';'))
        {
            List<SourceLine> origins = [];
            foreach (string origin in entry.Split(',', StringSplitOptions.RemoveEmptyEntries))
            {
                int colon = origin.LastIndexOf(':');
                if (colon >= 0) file = origin[..colon];
                origins.Add(new(file, int.Parse(origin.AsSpan(colon + 1), CultureInfo.InvariantCulture)));
            }
            lines.Add(origins);
        }
        return lines;
    }
}
