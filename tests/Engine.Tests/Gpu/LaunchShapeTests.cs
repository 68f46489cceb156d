using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Engine.Tests.Gpu;

public sealed class LaunchShapeTests
{
    [Test]
    public void Of_GroupedKernel_TakesItsOwnGroup() => Assert.That(
        LaunchShape.Of(GemmKernels.TiledSource<Tile64x64>(), (3, 2), 1024),
        Is.EqualTo(new LaunchShape((3, 2), (8, 8))));

    [TestCase(1, 129, 1, 1, "2 x 1 x 1", "128 x 1 x 1")]
    [TestCase(2, 33, 4, 1, "2 x 1 x 1", "32 x 4 x 1")]
    [TestCase(3, 17, 5, 3, "2 x 2 x 2", "16 x 4 x 2")]
    [TestCase(1, int.MaxValue, 1, 1, "16777216 x 1 x 1", "128 x 1 x 1")]
    public void Of_KernelWithIndex_CoversAllItems(int dimensions, int x, int y, int z, string groups, string group)
    {
        LaunchShape shape = LaunchShape.Of(Indexed(dimensions), (x, y, z), 1024);
        Assert.That(($"{shape.Groups}", $"{shape.Group}"), Is.EqualTo((groups, group)));
    }

    [Test]
    public void Of_KernelWithIndex_KeepsTheDevicesLimit(
        [Values(1, 2, 3)] int dimensions, [Values(1, 16, 64)] int most) =>
        Assert.That(LaunchShape.Of(Indexed(dimensions), (100, 100, 100), most).Group.Count, Is.LessThanOrEqualTo(most));

    static KernelSource Indexed(int dimensions) =>
        new() { Name = "TestKernels.Test", Entry = "Test", CSharp = "", Body = "", IndexDimensions = dimensions };
}
