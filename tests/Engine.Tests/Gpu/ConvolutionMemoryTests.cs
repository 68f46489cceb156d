using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Backends.Gpu.OpenCl;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>What convolutions take of a device's memory besides their tensors: never a matrix of columns.</summary>
public sealed class ConvolutionMemoryTests
{
    [TestCase(true, TestName = "Conv2d_OnACpuDevice_TakesNoMoreThanItsTensors")]
    [TestCase(false, TestName = "Conv2d_OnAGpu_TakesNoMoreThanItsTensors")]
    public void Conv2d_TakesNoMoreThanItsTensors(bool panels)
    {
        OpenClDevice? found = OpenClDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
        if (found is null) TestDevices.Skip("opencl", reason);
        using IGpuDriver opened = found!.Open();
        AlteredDriver driver = new(opened);
        LaunchPlan plan = new(driver.Capabilities with { IsCpu = panels }) { UsesPanels = panels };
        using Device device = new("opencl", new GpuBackend(driver, plan));
        using Step step = device.BeginStep(record: false);
        ConvolutionShape d = new(8, 32, 28, 28, 32, 3, 3, 28, 28, 1, 1, 1, 1, 1, 1);
        Tensor x = Zeros(device, 8, 32, 28, 28), w = Zeros(device, 32, 32, 3, 3), y = Zeros(device, 8, 32, 28, 28);
        long tensors = driver.Bytes;
        IConvolution convolution = device.Backend.Convolution;
        convolution.Forward(x, w, null, null, y, d, ClipRange.None);
        convolution.BackwardInput(y, w, new Gradient(x, false), d);
        convolution.BackwardWeight(x, y, new Gradient(w, false), d);
        device.Synchronize();
        TestContext.Out.WriteLine($"tensors {tensors:N0} bytes, besides {driver.PeakBytes - tensors:N0}");
        Assert.That(driver.PeakBytes - tensors, Is.LessThan(tensors));
    }

    static Tensor Zeros(Device device, params int[] extents) =>
        device.Tensor(new Shape(extents), new float[new Shape(extents).Count]);
}
