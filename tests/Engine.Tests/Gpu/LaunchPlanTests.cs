using TripletGpu.Backends.Gpu;

namespace TripletGpu.Engine.Tests.Gpu;

public sealed class LaunchPlanTests
{
    static readonly GpuCapabilities Cpu = new("cpu", "", true, 2, 1L << 32, 1 << 16, 4096, true);
    static readonly GpuCapabilities Gpu = Cpu with { IsCpu = false, ComputeUnits = 80 };

    [Test]
    public void Product_CpuDevice_TakesPanels() =>
        Assert.That(new LaunchPlan(Cpu).Product(1024, 1024, 1), Is.EqualTo(ProductForm.Panels));

    [TestCase(4096, 4096, 1, ProductForm.Tile128x64)]
    [TestCase(1024, 1024, 1, ProductForm.Tile64x64)]
    [TestCase(256, 196, 32, ProductForm.Tile128x64)]
    [TestCase(128, 128, 1, ProductForm.Tile32x32)]
    public void Product_Gpu_TakesTheLargestTileThatFillsIt(int m, int n, int batch, ProductForm form) =>
        Assert.That(new LaunchPlan(Gpu).Product(m, n, batch), Is.EqualTo(form));

    [TestCase(130, 100L, 130)]
    [TestCase(32, 1L << 21, 4)]
    [TestCase(2, 1L << 30, 2)]
    public void ImagesAtOnce_KeepsColumnsSmall_InMultiplesOfFour(int images, long each, int expected) =>
        Assert.That(new LaunchPlan(Cpu).ImagesAtOnce(images, each), Is.EqualTo(expected));
}
