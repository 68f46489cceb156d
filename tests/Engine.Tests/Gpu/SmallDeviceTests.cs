using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Backends.Gpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>Devices with small groups and little shared memory, and tensors that kernels cannot count.</summary>
public sealed class SmallDeviceTests
{
    [TestCase(64, 1 << 16)]
    [TestCase(1, 1 << 16)]
    [TestCase(256, 8192)]
    public void ADeviceThatIsTooSmall_IsRefused_BeforeAnythingIsAllocated(int items, int bytes)
    {
        using IGpuDriver driver = TestDevices.OpenDriver("opencl");
        AlteredDriver small = Small(driver, items, bytes);
        Assert.That(() => new GpuBackend(small), Throws.TypeOf<DriverException>()
            .With.Message.Contains($"may have {items} items").And.Message.Not.Contains("\n"));
        Assert.That(GpuSelfTest.Run(() => small), Does.StartWith($"a group may have {items} items"));
        Assert.That(small.Live, Is.Zero);
    }

    /// <summary>The altered driver refuses launches that such a device would not take.</summary>
    [Test]
    public void TheLeastDevice_ComputesWhatAnyDoes([Values] bool isCpu)
    {
        using IGpuDriver driver = TestDevices.OpenDriver("opencl");
        float[][] expected = Compute(new GpuBackend(Small(driver, 256, 1 << 16, isCpu)));
        float[][] results = Compute(
            new GpuBackend(Small(driver, LaunchPlan.LeastGroupItems, LaunchPlan.LeastSharedBytes, isCpu)));
        for (int i = 0; i < expected.Length; i++)
            Close.AreClose(Array.ConvertAll(expected[i], x => (double)x), results[i], Tolerance.Sum, $"result {i}");
    }

    [Test]
    public void MoreElementsThanKernelsCount_AreAnErrorThatOffersASmallerBatch()
    {
        using IGpuDriver driver = TestDevices.OpenDriver("opencl");
        using GpuBackend backend = new(new AlteredDriver(driver), new LaunchPlan(driver.Capabilities));
        GpuScratch scratch = new(driver);
        Assert.That(PackedRows.Length(1 << 30, 33), Is.EqualTo(1L << 36));
        Assert.That(() => scratch.Take(ScratchUse.Packed, PackedRows.Length(1 << 30, 33)),
            Throws.TypeOf<DeviceOutOfMemoryException>().With.Message.Contains("68,719,476,736 elements")
                .And.Message.Contains("a smaller batch"));
        Assert.That(KernelSize.Groups(int.MaxValue, 128), Is.EqualTo(1 << 24));
    }

    static AlteredDriver Small(IGpuDriver driver, int items, int bytes, bool isCpu = false) => new(
        driver,
        driver.Capabilities with { IsCpu = isCpu, ComputeUnits = 1, MaxGroupItems = items, SharedBytes = bytes });

    /// <summary>Products and a convolution large enough for the largest tile, and every kind of sum.</summary>
    static float[][] Compute(GpuBackend backend)
    {
        using Device device = new("small", backend);
        using Step step = device.BeginStep();
        Random random = new(1);
        Tensor a = Input(200, 40), b = Input(40, 300);
        Tensor x = Input(2, 8, 14, 14), w = Input(140, 8, 3, 3), bias = Input(140);
        Tensor product = a.MatMul(b), map = x.Conv2d(w, bias, stride: 1, padding: 1);
        Tensor rows = map.GlobalAveragePool().L2Normalize();
        Tensor sum = product.LogSoftmax().Sum().Add(rows.Square().Sum()).Add(map.Square().Sum());
        float[][] results = [product.ToArray(), map.ToArray(), rows.ToArray()];
        step.Backward(sum);
        return
        [
            .. results, .. new[] { a, b, x, w, bias }.Select(leaf => step.Gradients[leaf].ToArray()),
        ];

        Tensor Input(params int[] extents)
        {
            Shape shape = new(extents);
            Tensor tensor = device.Tensor(shape, Values.ToSingle(Values.Normal((int)shape.Count, random)));
            tensor.RequiresGradient = true;
            return tensor;
        }
    }
}
