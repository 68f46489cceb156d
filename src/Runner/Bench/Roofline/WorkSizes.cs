using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>What kernels are given: a device's plan, images a batch, rows of a batch of embeddings.</summary>
/// <param name="Plan">Chooses sizes of blocks and parts, as in use.</param>
/// <param name="Images">Images a batch of a layer.</param>
/// <param name="Rows">Numbers of embeddings, N.</param>
sealed record WorkSizes(LaunchPlan Plan, int Images, IReadOnlyList<int> Rows)
{
    /// <summary>D, the width of an embedding.</summary>
    public const int Width = 128;

    /// <summary>Embeddings of a class; N is rounded down to whole classes.</summary>
    public const int PerClass = 4;

    /// <summary>The kernels of the catalog that a class and a method have, one for each struct.</summary>
    public static IEnumerable<KernelSource> Of(string kernel) =>
        KernelCatalog.All.Where(source => source.Name.Split('<')[0] == kernel);

    /// <summary>Groups of a size that hold a number of items.</summary>
    public static int Groups(int count, int each) => (count + each - 1) / each;
}
