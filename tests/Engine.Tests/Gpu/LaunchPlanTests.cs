using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;

namespace TripletGpu.Engine.Tests.Gpu;

public sealed class LaunchPlanTests
{
    static readonly GpuCapabilities Cpu = new("cpu", "", true, 2, 1L << 32, 1 << 16, 4096);
    static readonly GpuCapabilities Gpu = Cpu with { IsCpu = false, ComputeUnits = 80 };

    [Test]
    public void Product_CpuDevice_TakesPanels() =>
        Assert.That(new LaunchPlan(Cpu).Product(1024, 1024, 1), Is.EqualTo(ProductForm.Panels));

    [Test]
    public void Product_CpuThatLimitsLoops_TakesTiles() =>
        Assert.That(
            new LaunchPlan(Cpu with { Name = "llvmpipe (LLVM 15)" }).Product(1024, 1024, 1),
            Is.Not.EqualTo(ProductForm.Panels));

    [TestCase(4096, 4096, 1, ProductForm.Tile128x128)]
    [TestCase(1024, 1024, 1, ProductForm.Tile64x64)]
    [TestCase(256, 784, 32, ProductForm.Tile128x128)]
    [TestCase(256, 196, 32, ProductForm.Tile64x64)]
    [TestCase(128, 128, 1, ProductForm.Tile32x32)]
    public void Product_Gpu_TakesTheLargestTileThatFillsIt(int m, int n, int batch, ProductForm form) =>
        Assert.That(new LaunchPlan(Gpu).Product(m, n, batch), Is.EqualTo(form));

    [TestCase(1000, 100_000, 1)]
    [TestCase(40, 100_000, 4)]
    [TestCase(1, 100_000, 160)]
    [TestCase(1, 1_500, 2)]
    [TestCase(1, 7, 1)]
    public void Parts_FillTheDevice_ButAreNotTooShort(int groups, int depth, int parts) =>
        Assert.That(new LaunchPlan(Gpu).Parts(groups, depth), Is.EqualTo(parts));

    [TestCase(100, 192, 192)]
    [TestCase(4, 192, 96)]
    [TestCase(1, 20, 8)]
    [TestCase(1, 3, 8)]
    public void FiltersEach_FewPanels_SplitsTheFiltersInTiles(int panels, int filters, int each) =>
        Assert.That(new LaunchPlan(Cpu).FiltersEach(panels, filters), Is.EqualTo(each));

    [TestCase(255, 1 << 16)]
    [TestCase(4096, 16_384)]
    public void Product_WhereTheLargestTileDoesNotFit_TakesTheNext(int items, int bytes) => Assert.That(
        new LaunchPlan(Gpu with { MaxGroupItems = items, SharedBytes = bytes }).Product(4096, 4096, 1),
        Is.EqualTo(ProductForm.Tile64x64));

    [Test]
    public void Product_CpuWithLittleSharedMemory_TakesTiles() => Assert.That(
        new LaunchPlan(Cpu with { SharedBytes = 16_384 }).Product(4096, 4096, 1), Is.EqualTo(ProductForm.Tile64x64));

    [TestCase(128, 16_384, ExpectedResult = "")]
    [TestCase(64, 32_768, ExpectedResult =
        "a group may have 64 items and 32,768 bytes of shared memory, but kernels take up to 128 and 14,336")]
    [TestCase(1024, 8_192, ExpectedResult =
        "a group may have 1,024 items and 8,192 bytes of shared memory, but kernels take up to 128 and 14,336")]
    public string Misfit_SaysWhatTheDeviceLacks(int items, int bytes) =>
        LaunchPlan.Misfit(Gpu with { MaxGroupItems = items, SharedBytes = bytes });

    /// <summary>What a plan counts on is what the kernels take.</summary>
    [Test]
    public void Kernels_FitTheLeastDevice_ButForThoseThatAPlanLeavesOut()
    {
        (string, int, int)[] large =
        [
            .. from kernel in KernelCatalog.All
               let items = (int)(kernel.Group?.Count ?? 1)
               where items > LaunchPlan.LeastGroupItems || kernel.SharedBytes > LaunchPlan.LeastSharedBytes
               select (kernel.Name, items, kernel.SharedBytes),
        ];
        Assert.That(large, Is.EquivalentTo(new[]
        {
            ("GemmKernels.Tiled<Tile128x128>", 256, 16_896),
            ("ConvolutionKernels.Tiled<Tile128x128>", 256, 17_600),
            ("ConvolutionKernels.BackwardWeight<Tile128x128>", 256, 17_152),
            ("ConvolutionPanelKernels.Multiply", 1, 32_384),
            ("ConvolutionPanelKernels.BackwardWeight", 1, 32_256),
        }));
    }
}
