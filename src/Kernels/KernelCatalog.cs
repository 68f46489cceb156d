namespace TripletGpu.Kernels;

/// <summary>All kernels of this project; a generic one once for each struct that fits.</summary>
public static partial class KernelCatalog
{
    static IReadOnlyList<KernelSource>? all;

    /// <summary>Every kernel, by name.</summary>
    public static IReadOnlyList<KernelSource> All =>
        all ??= Sources.OrderBy(s => s.Name, StringComparer.Ordinal).ToList();

    /// <summary>The kernels that a name means: the full one, or one without class or type arguments.</summary>
    public static IEnumerable<KernelSource> Find(string name) => All.Where(s =>
        string.Equals(s.Name, name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(Plain(s.Name), name, StringComparison.OrdinalIgnoreCase)
        || string.Equals(Plain(s.Name).Split('.')[1], name, StringComparison.OrdinalIgnoreCase));

    static string Plain(string name) => name.Split('<')[0];
}
