using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Support;
using BatchNorm2d = TripletGpu.Modules.BatchNorm2d;
using Conv2d = TripletGpu.Modules.Conv2d;
using Linear = TripletGpu.Modules.Linear;
using Module = TripletGpu.Modules.Module;

namespace TripletGpu.Engine.Tests.Gpu.CudaOnCpu;

/// <summary>Launches that are held back and given to the device as graphs, by tests/cuda-on-cpu.sh.</summary>
public sealed unsafe class GraphLaunchTests : CudaOnCpuFixture
{
    const int Steps = 6;

    [TearDown]
    public void LaunchAlone() => Driver.UsesGraphs = false;

    /// <summary>
    /// From the third step on arguments are those of the step before but for a rate and a number of steps: memory is at
    /// the same addresses.
    /// </summary>
    [Test]
    public void Training_ByGraphs_HasTheBitsOfLaunches_AndTellsLittle()
    {
        (float[] together, var counts) = Train(usesGraphs: true);
        Assert.That(together, Is.EqualTo(Train(usesGraphs: false).Values));
        ((long inGraphs, long changed, long alone), (long inMore, long changedMore, long aloneMore)) =
            (counts[^2], counts[^1]);
        long all = inMore - inGraphs + aloneMore - alone;
        Assert.That(all, Is.GreaterThan(30), "launches of a step");
        Assert.That(aloneMore - alone, Is.LessThanOrEqualTo(2), "what the host read the loss by");
        Assert.That(changedMore - changed, Is.LessThanOrEqualTo(3), "the optimizer's, and the loss's");
    }

    /// <summary>More than a graph takes, of two lengths in turns, each with other arguments.</summary>
    [Test]
    public void Sequences_OfOtherLengths_AreToldApart()
    {
        Driver.UsesGraphs = true;
        DeviceView<float> x = Floats(1f);
        for (int round = 0; round < 6; round++)
        {
            float expected = round;
            ElementwiseKernels.LaunchFill(Driver, 1, x, round);
            for (int i = 0; i < (round % 2 == 0 ? 40 : 70); i++)
            {
                ElementwiseKernels.LaunchAffine(Driver, 1, x, x, 1, round + i, 0);
                expected += round + i;
            }
            Assert.That(Values(x), Is.EqualTo(new[] { expected }), $"round {round}");
        }
    }

    /// <summary>What is copied sees what was launched before it, and nothing of what comes after.</summary>
    [Test]
    public void Copies_KeepTheirPlace()
    {
        Driver.UsesGraphs = true;
        DeviceView<float> x = Floats(0f), y = Floats(0f, 0f);
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < 6; i++) ElementwiseKernels.LaunchAffine(Driver, 1, x, x, 1, 1, 0);
            Driver.Copy(x.Buffer, 0, y.Buffer, 0, sizeof(float));
            float uploaded = 100 * round;
            Driver.Upload(&uploaded, x.Buffer, 0, sizeof(float));
            for (int i = 0; i < 5; i++) ElementwiseKernels.LaunchAffine(Driver, 1, x, x, 1, 1, 0);
            Driver.Copy(x.Buffer, 0, y.Buffer, sizeof(float), sizeof(float));
            float before = round == 0 ? 6 : 100 * (round - 1) + 11;
            Assert.That(Values(y), Is.EqualTo(new[] { before, uploaded + 5 }), $"round {round}");
        }
    }

    [Test]
    public void Profile_LaunchesAlone()
    {
        using CudaDriver own = new(Support.CudaOnCpu.Device(out _)!) { UsesGraphs = true };
        KernelProfile profile = own.Profile()!;
        Assert.That(own.UsesGraphs, Is.False);
        nint buffer = own.Allocate(sizeof(float));
        ElementwiseKernels.LaunchFill(own, 1, new(buffer, 0, 1), 1);
        own.Free(buffer);
        Assert.That(profile.Kernels.Single().Launches, Is.EqualTo(1));
    }

    /// <summary>A driver that leaves out a kernel of a graph is found out before it trains anything.</summary>
    [Test]
    public void Fault_IsFoundBeforeUse()
    {
        Driver.UsesGraphs = true;
        AlteredDriver altered = new(Driver) { LeftOut = "Affine" };
        Assert.That(GraphTest.Run(altered), Does.Contain("runs graphs wrongly"));
        Assert.That(GraphTest.Run(Driver), Is.Empty);
    }

    static (float[] Values, List<(long InGraphs, long Changed, long Alone)> Counts) Train(bool usesGraphs)
    {
        List<(long, long, long)> counts = [];
        CudaDriver driver = new(Support.CudaOnCpu.Device(out _)!);
        GpuBackend backend = new(driver) { UsesGraphs = usesGraphs };
        using Device device = new("cuda", backend);
        Conv2d first = new(device, 1, 8, 3, padding: 1), second = new(device, 8, 16, 3, stride: 2, padding: 1);
        BatchNorm2d norm = new(device, 8);
        Linear last = new(device, 16, 4);
        Module[] modules = [first, norm, second, last];
        foreach (Module module in modules) module.Initialize(seed: 5);
        Adam optimizer = new([.. modules.SelectMany(m => m.Parameters())]);
        Random random = new(3);
        List<float> losses = [];
        for (int step = 0; step < Steps; step++)
        {
            using Step open = device.BeginStep();
            float[] images = Support.Values.ToSingle(Support.Values.Normal(800, random));
            Tensor x = device.Tensor(new Shape(8, 1, 10, 10), images);
            x = norm.Forward(first.Forward(x)).Relu().MaxPool2d(2, 2);
            x = last.Forward(second.Forward(x).Relu().GlobalAveragePool()).L2Normalize();
            Tensor loss = x.TripletLoss([0, 0, 1, 1, 2, 2, 3, 3], new TripletSettings());
            open.Backward(loss);
            optimizer.Update(open.Gradients, 0.01f / (step + 1));
            losses.Add(loss.ToScalar());
            counts.Add(driver.Graphs is { } graphs ? (graphs.InGraphs, graphs.Changed, graphs.Alone) : default);
        }
        losses.AddRange(modules.SelectMany(m => m.Parameters()).SelectMany(p => p.Value.ToArray()));
        return ([.. losses], counts);
    }
}
