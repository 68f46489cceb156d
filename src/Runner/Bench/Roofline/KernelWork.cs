using TripletGpu.Kernels;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>A launch of a kernel at a size of real use, with what it costs.</summary>
/// <param name="Kernel">Class, method and structs, as the catalog has them.</param>
/// <param name="Size">What the size is, in the words of <c>--sizes</c>: a layer's name, or a number of rows.</param>
/// <param name="Launch">Items for a kernel with an index, else groups.</param>
/// <param name="Cost">What it computes and moves.</param>
/// <param name="Arguments">
/// After the index: <see cref="WorkMemory"/> for a view (the same twice is one buffer), numbers, structs.
/// </param>
sealed record KernelWork(
    string Kernel, string Size, LaunchSize Launch, KernelCost Cost, params object[] Arguments)
{
    /// <summary>The views, each once.</summary>
    public IEnumerable<WorkMemory> Memory => Arguments.OfType<WorkMemory>().Distinct();

    /// <summary>The kernel in the catalog.</summary>
    public KernelSource Source => KernelCatalog.Find(Kernel).First(source => source.Name == Kernel);
}
