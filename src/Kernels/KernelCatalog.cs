namespace TripletGpu.Kernels;

/// <summary>All kernels of this project; a generic one once for each struct that fits.</summary>
public static partial class KernelCatalog
{
    static IReadOnlyList<KernelSource>? all;

    /// <summary>Every kernel, by name.</summary>
    public static IReadOnlyList<KernelSource> All =>
        all ??= Sources.OrderBy(s => s.Name, StringComparer.Ordinal).ToList();

    /// <summary>The kernels that a name means: the full one, or one without class, type arguments or both.</summary>
    public static IEnumerable<KernelSource> Find(string name) => All.Where(s =>
        new[] { s.Name, Plain(s.Name), s.Name.Split('.')[1], Plain(s.Name).Split('.')[1] }
            .Contains(name, StringComparer.OrdinalIgnoreCase));

    static string Plain(string name) => name.Split('<')[0];
}
