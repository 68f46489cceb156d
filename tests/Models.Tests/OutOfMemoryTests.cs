using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Inference;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Networks;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests;

/// <summary>
/// A device that is full at the k-th allocation, of a network, its optimizer or a training step, for every k: one line,
/// no block lost, and the next run on it is as if nothing had been.
/// </summary>
public sealed class OutOfMemoryTests
{
    // Of the hundreds of blocks that NN2 takes; TRIPLET_MUTATIONS asks for all.
    static readonly int everyOfMany = Mutations.Count(0) > 0 ? 1 : 23;

    static readonly int[] labels = [0, 0, 0, 1, 1, 1, 2, 2];

    [Test]
    public void OnTheCpu_EveryAllocationMayFail([Values] bool isInception)
    {
        using CpuBackend backend = new(threads: 1);
        ShortMemory memory = new(backend.Memory);
        FailEach(() => new Device("cpu", new GuardedBackend(backend, memory)), isInception,
            left => memory.BlocksLeft = left, () => memory.Live);
    }

    [Test]
    public void OnAGpu_EveryAllocationMayFail([Values] bool isInception)
    {
        using IGpuDriver driver = TestDevices.OpenDriver("opencl");
        AlteredDriver full = new(driver);
        FailEach(() => new Device("opencl", new GpuBackend(full)), isInception,
            left => full.BlocksLeft = left, () => full.Live);
    }

    static void FailEach(Func<Device> open, bool isInception, Action<int?> limit, Func<int> live)
    {
        float expected;
        using (Device device = open()) expected = Run(device, isInception, () => { });
        Assert.That(live(), Is.Zero);
        for (int k = 0; ; k += isInception ? everyOfMany : 1)
        {
            using (Device device = open())
            {
                DeviceOutOfMemoryException? error = null;
                try
                {
                    Run(device, isInception, () => limit(k));
                }
                catch (DeviceOutOfMemoryException exception)
                {
                    error = exception;
                }
                limit(null);
                Assert.That((device.Pool.LiveBytes, device.CurrentStep), Is.EqualTo((0L, (Step?)null)), $"block {k}");
                Assert.That(Run(device, isInception, () => { }), Is.EqualTo(expected), $"after block {k}");
                if (error is null)
                {
                    Assert.That(k, Is.GreaterThan(20), "a step takes many blocks");
                    return;
                }
                Assert.That(error.Message, Does.Not.Contain('\n').And.Contain("full").Or.Contain("no"));
            }
            Assert.That(live(), Is.Zero, $"blocks lost at {k}");
        }
    }

    [Test]
    public void APlan_OnAFullDevice_KeepsNothing()
    {
        using CpuBackend backend = new(threads: 1);
        ShortMemory memory = new(backend.Memory);
        using (Device device = new("cpu", new GuardedBackend(backend, memory)))
        {
            Shape image = new(3, 28, 28);
            Nn2 network = new(device, new Nn2Settings { Input = image, Embedding = 8, Width = 4, StemStride = 1 });
            network.Initialize(seed: 3);
            float[] batch = Values.ToSingle(Values.Normal(2 * (int)image.Count, new Random(1))), result = new float[16];
            long live = device.Pool.LiveBytes;
            for (int k = 0; ; k++)
            {
                device.Pool.Trim();
                memory.BlocksLeft = k;
                bool isDone = true;
                using (PlannedNetwork planned = new(network))
                    try
                    {
                        planned.Run(new Shape([2, .. image.ToArray()]), batch, result);
                    }
                    catch (DeviceOutOfMemoryException)
                    {
                        isDone = false;
                    }
                memory.BlocksLeft = null;
                Assert.That(device.Pool.LiveBytes, Is.EqualTo(live), $"block {k}");
                if (!isDone) continue;
                Assert.That(k, Is.GreaterThan(5), "a plan takes some blocks");
                break;
            }
            network.Release();
        }
        Assert.That(memory.Live, Is.Zero);
    }

    /// <summary>Trains two steps; the loss of the second.</summary>
    static float Run(Device device, bool isInception, Action begun)
    {
        Shape image = new(1, 28, 28);
        device.Pool.Trim();
        begun();
        EmbeddingNetwork network = device.Build<EmbeddingNetwork>(() => isInception
            ? new Nn2(device, new Nn2Settings { Input = image, Embedding = 8, Width = 4, StemStride = 1 })
            : new SmallCnn(device, image, embedding: 8));
        Optimizer? optimizer = null;
        try
        {
            network.Initialize(seed: 3);
            optimizer = new Adam(network.Parameters());
            float value = 0;
            for (int i = 0; i < 2; i++)
            {
                network.SetStep(i);
                using Step step = device.BeginStep();
                float[] pixels = Values.ToSingle(Values.Normal(labels.Length * (int)image.Count, new Random(i)));
                Tensor x = device.Tensor(new Shape([labels.Length, .. image.ToArray()]), pixels);
                Tensor loss = network.Forward(x).TripletLoss(labels, new TripletSettings { Margin = 0.2f });
                value = loss.ToScalar();
                step.Backward(loss);
                optimizer.Update(step.Gradients, 0.01f);
            }
            return value;
        }
        finally
        {
            optimizer?.Release();
            network.Release();
        }
    }
}
