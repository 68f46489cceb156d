using TripletGpu.Kernels;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Every kernel at every size.</summary>
static class KernelWorks
{
    /// <summary>The launches of some layers and numbers of rows.</summary>
    /// <param name="sizes">Images a batch, numbers of rows.</param>
    /// <param name="layers">Layers of the networks.</param>
    public static IEnumerable<KernelWork> Of(WorkSizes sizes, IEnumerable<NamedLayer> layers)
    {
        foreach (NamedLayer layer in layers)
        {
            IEnumerable<KernelWork> ofLayer =
            [
                .. ProductWork.Of(sizes, layer), .. ConvolutionWork.Of(sizes, layer), .. PoolingWork.Of(sizes, layer),
                .. PoolingWork.Mean(sizes, layer), .. NormalizationWork.Batch(sizes, layer),
                .. NormalizationWork.Response(sizes, layer), .. ElementwiseWork.Of(sizes, layer),
                .. ReductionWork.Of(sizes, layer), .. OptimizerWork.Of(sizes, layer),
            ];
            foreach (KernelWork work in ofLayer) yield return work;
        }
        foreach (int rows in sizes.Rows)
        {
            IEnumerable<KernelWork> ofRows =
            [
                .. MiningWork.Of(sizes, rows), .. MiningWork.Given(rows), .. PairLossWork.Of(rows),
                .. ReductionWork.Rows(rows), OptimizerWork.Peak(rows),
            ];
            foreach (KernelWork work in ofRows) yield return work;
        }
    }

    /// <summary>The launches of one kernel of the catalog.</summary>
    public static IEnumerable<KernelWork> For(this IEnumerable<KernelWork> works, KernelSource kernel) =>
        works.Where(work => work.Kernel == kernel.Name);
}
