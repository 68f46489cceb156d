using TripletGpu.Autograd;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Networks;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests;

/// <summary>
/// The least device that is not refused trains NN2, with every rule of mining: no kernel asks for more than it has.
/// </summary>
public sealed class SmallDeviceTests
{
    [Test]
    public void TheLeastDevice_Trains([Values] bool isCpu)
    {
        using IGpuDriver driver = TestDevices.OpenDriver("opencl");
        GpuCapabilities least = driver.Capabilities with
        {
            IsCpu = isCpu,
            ComputeUnits = 1,
            MaxGroupItems = LaunchPlan.LeastGroupItems,
            SharedBytes = LaunchPlan.LeastSharedBytes,
        };
        using Device device = new("small", new GpuBackend(new AlteredDriver(driver, least)));
        Shape image = new(1, 28, 28);
        Nn2 network = new(device, new Nn2Settings { Input = image, Embedding = 8, Width = 4, StemStride = 1 });
        network.Initialize(seed: 3);
        Adam optimizer = new(network.Parameters());
        int[] labels = [0, 0, 0, 1, 1, 1];
        float[] pixels = Values.ToSingle(Values.Normal(labels.Length * (int)image.Count, new Random(1)));
        foreach (MiningRule rule in (MiningRule[])[MiningRule.Semihard, MiningRule.Hard, MiningRule.BatchAll])
        {
            using Step step = device.BeginStep();
            Tensor x = device.Tensor(new Shape(labels.Length, 1, 28, 28), pixels);
            Tensor loss = network.Forward(x).TripletLoss(labels, new TripletSettings { Margin = 0.2f, Rule = rule });
            Assert.That(loss.ToScalar(), Is.InRange(0.01f, 2f), $"{rule}");
            step.Backward(loss);
            optimizer.Update(step.Gradients, 0.001f);
            Assert.That(optimizer.FindNonFinite(), Is.Null);
        }
    }
}
