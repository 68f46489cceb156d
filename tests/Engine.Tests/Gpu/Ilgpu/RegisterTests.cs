using ILGPU.Runtime.Cuda;
using TripletGpu.Kernels;

namespace TripletGpu.Engine.Tests.Gpu.Ilgpu;

/// <summary>
/// ILGPU unrolls no loop, so an array lies in an item's local memory, however short. What is bound by arithmetic on a
/// GPU has none.
/// </summary>
public sealed class RegisterTests
{
    static readonly string[] BoundByArithmetic =
    [
        "GemmKernels.Tiled", "ConvolutionKernels.Tiled", "ConvolutionKernels.BackwardWeight", "PeakKernels",
    ];

    readonly KernelTexts texts = new();

    [OneTimeTearDown]
    public void Close() => texts.Dispose();

    [TestCase(70)]
    [TestCase(80)]
    [TestCase(90)]
    public void Tiles_KeepAllInRegisters(int architecture)
    {
        KernelSource[] kernels = [.. KernelCatalog.All.Where(
            k => BoundByArithmetic.Any(b => k.Name.StartsWith(b, StringComparison.Ordinal)))];
        Assert.That(kernels, Has.Length.EqualTo(10), "three tiles of each product, and the peak");
        foreach (KernelSource kernel in kernels)
        {
            string ptx = texts.Ptx(kernel.Method!(), new CudaArchitecture(architecture / 10, architecture % 10));
            Assert.That(ptx.Contains("fma.rn.f32", StringComparison.Ordinal), $"{kernel.Name} multiplies and adds");
            Assert.That(ptx.Contains(".local", StringComparison.Ordinal), Is.False, $"{kernel.Name} has local memory");
        }
    }
}
