using ILGPU.Runtime.Cuda;
using TripletGpu.Backends.Gpu.Ilgpu;
using TripletGpu.Kernels;

namespace TripletGpu.Engine.Tests.Gpu.Ilgpu;

/// <summary>
/// ILGPU unrolls no loop, so an array lies in an item's local memory, however short. What is bound by arithmetic on a
/// GPU has none.
/// </summary>
public sealed class RegisterTests
{
    static readonly string[] Tiles =
    [
        "GemmKernels.Tiled", "ConvolutionKernels.Tiled", "ConvolutionKernels.BackwardWeight", "PeakKernels",
    ];

    static readonly string[] Mining = ["TripletMiningKernels", "TripletGradientKernels", "NearestNeighbourKernels"];

    readonly IlgpuTexts texts = new();

    [OneTimeTearDown]
    public void Close() => texts.Dispose();

    [TestCase(70)]
    [TestCase(80)]
    [TestCase(90)]
    public void Tiles_KeepAllInRegisters(int architecture) => AssertNoLocalMemory(
        KernelCatalog.All.Where(k => IsOf(Tiles, k)), 27, architecture);

    /// <summary>Four kernels of mining, two gradients and the nearest neighbours, in the form for GPUs.</summary>
    [TestCase(70)]
    [TestCase(80)]
    [TestCase(90)]
    public void Mining_KeepsAllInRegisters(int architecture) => AssertNoLocalMemory(
        KernelCatalog.All.Where(k => IsOf(Mining, k) && k.Name.EndsWith("<RowGroup>", StringComparison.Ordinal)), 7,
        architecture);

    static bool IsOf(string[] families, KernelSource kernel) =>
        families.Any(f => kernel.Name.StartsWith(f, StringComparison.Ordinal));

    void AssertNoLocalMemory(IEnumerable<KernelSource> kernels, int count, int architecture)
    {
        Assert.That(kernels.Count(), Is.EqualTo(count), string.Join(", ", kernels.Select(k => k.Name)));
        foreach (KernelSource kernel in kernels)
        {
            string ptx = texts.Ptx(kernel.Method!(), new CudaArchitecture(architecture / 10, architecture % 10));
            string instruction = architecture < 80 ? "fma.rn.f32"
                : kernel.Name.Contains("<Tensor", StringComparison.Ordinal) ? "mma.sync.aligned.m16n8k8."
                : kernel.Name.Contains("<Bfloat", StringComparison.Ordinal) ? "mma.sync.aligned.m16n8k16."
                : "fma.rn.f32";
            Assert.That(ptx.Contains(instruction, StringComparison.Ordinal), $"{kernel.Name} multiplies and adds");
            Assert.That(ptx.Contains(".local", StringComparison.Ordinal), Is.False, $"{kernel.Name} has local memory");
        }
    }
}
