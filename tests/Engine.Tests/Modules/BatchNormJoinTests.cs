using TripletGpu.Autograd;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Support;
using BatchNormRelu = TripletGpu.Modules.BatchNormRelu;
using Conv2d = TripletGpu.Modules.Conv2d;

namespace TripletGpu.Engine.Tests.Modules;

/// <summary>Norms that write to their places in a joined map give what joining copies of their outputs gives.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class BatchNormJoinTests(string device) : DeviceFixture(device)
{
    const int Images = 3, Channels = 32, Side = 6, Further = 16;

    /// <param name="first">Channels of the first norm: multiples of all devices' blocks, or of none.</param>
    /// <param name="second">Of the second.</param>
    /// <param name="training">Whether it looks at the batch.</param>
    /// <param name="further">Whether maps follow that no norm gives.</param>
    [TestCase(32, 48, true, true)]
    [TestCase(32, 48, true, false)]
    [TestCase(36, 44, true, true)]
    [TestCase(32, 48, false, true)]
    public void Join_HasTheBitsOfJoinedCopies(int first, int second, bool training, bool further)
    {
        Conv2d[] convolutions = [Convolution(first), Convolution(second), Convolution(Further)];
        BatchNormRelu[] norms = [new(Device, first), new(Device, second)];
        foreach (BatchNormRelu norm in norms)
        {
            norm.Initialize(2);
            norm.Bias.Value.CopyFrom(Floats(norm.Bias.Value.Count, 5));
            norm.Train(training);
        }
        float[][] copied = Run((input, last) =>
            TensorOps.Concat(1, [.. BatchNormRelu.Forward(norms, input), .. last])), joined = Run((input, last) =>
            BatchNormRelu.Join(norms, input, last));
        Assert.That(joined, Is.EqualTo(copied));

        float[][] Run(Func<Func<int, Tensor>, Tensor[], Tensor> join)
        {
            using Step step = Device.BeginStep();
            Shape shape = new(Images, Channels, Side, Side);
            Tensor x = Device.Tensor(shape, Floats(shape.Count, 1));
            x.RequiresGradient = true;
            Tensor[] last = further ? [convolutions[2].Forward(x)] : [];
            Tensor y = join(i => convolutions[i].Forward(x), last);
            float[] values = y.ToArray();
            // Two that read it, so that their gradients add up.
            Tensor read = y.Add(y.Scale(0.5f));
            step.Backward(read, Device.Tensor(y.Shape, Floats(y.Count, 3)));
            Gradients gradients = step.Gradients;
            return
            [
                values, gradients[x].ToArray(),
                .. norms.SelectMany(norm => new[]
                {
                    gradients[norm.Weight.Value].ToArray(), gradients[norm.Bias.Value].ToArray(),
                }),
                .. convolutions.Take(further ? 3 : 2).Select(conv => gradients[conv.Weight.Value].ToArray()),
            ];
        }
    }

    /// <summary>Whole blocks together, but not each.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public void FurtherMapsOfBrokenBlocks_AreJoinedRightly(bool areLeaves)
    {
        Conv2d[] convolutions = [Convolution(32), Convolution(48), Convolution(4), Convolution(12)];
        BatchNormRelu[] norms = [new(Device, 32), new(Device, 48)];
        foreach (BatchNormRelu norm in norms) norm.Initialize(1);
        float[][] joined = Run(BatchNormRelu.Join), copied = Run((norms, input, further) =>
            TensorOps.Concat(1, [.. BatchNormRelu.Forward(norms, input), .. further]));
        Assert.That(joined, Is.EqualTo(copied));

        float[][] Run(Joining join)
        {
            using Step step = Device.BeginStep();
            Shape shape = new(Images, Channels, Side, Side);
            Tensor x = Device.Tensor(shape, Floats(shape.Count, 1));
            x.RequiresGradient = true;
            Tensor[] further = areLeaves ? [Leaf(4), Leaf(12)]
                : [convolutions[2].Forward(x), convolutions[3].Forward(x)];
            Tensor y = join(norms, i => convolutions[i].Forward(x), further);
            float[] values = y.ToArray();
            step.Backward(y, Device.Tensor(y.Shape, Floats(y.Count, 3)));
            return
            [
                values, step.Gradients[x].ToArray(), step.Gradients[norms[0].Weight.Value].ToArray(),
                step.Gradients[norms[1].Weight.Value].ToArray(),
            ];
        }

        Tensor Leaf(int channels) =>
            Device.Tensor(new Shape(Images, channels, Side, Side), Floats(Images * channels * Side * Side, 4));
    }

    [TestCase(1, 3)]
    [TestCase(3, 1)]
    public void BranchesOfOtherExtents_AreRefused(int first, int second)
    {
        Conv2d[] convolutions = [Convolution(32, first), Convolution(32, second)];
        BatchNormRelu[] norms = [new(Device, 32), new(Device, 32)];
        foreach (BatchNormRelu norm in norms) norm.Initialize(1);
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new Shape(2, Channels, 8, 8), Floats(2 * Channels * 64, 1));
        Assert.Throws<ShapeException>(() => BatchNormRelu.Join(norms, i => convolutions[i].Forward(x)));
    }

    delegate Tensor Joining(
        IReadOnlyList<BatchNormRelu> norms, Func<int, Tensor> input, params ReadOnlySpan<Tensor> further);

    [Test]
    public void Join_ReturnsAllMemory()
    {
        Conv2d convolution = Convolution(32);
        BatchNormRelu norm = new(Device, 32);
        norm.Initialize(1);
        long before = Device.Pool.LiveBytes;
        using (Step step = Device.BeginStep())
        {
            Tensor x = Device.Tensor(new Shape(2, Channels, 4, 4), Floats(2 * Channels * 16, 1));
            Tensor y = BatchNormRelu.Join([norm], _ => convolution.Forward(x));
            step.Backward(y, Device.Tensor(y.Shape, Floats(y.Count, 2)));
        }
        Assert.That(Device.Pool.LiveBytes, Is.EqualTo(before));
    }

    /// <summary>What watches operations may read and replace the parts, wherever they lie.</summary>
    [Test]
    public void Parts_AreReadAndWrittenAsAny()
    {
        Conv2d convolution = Convolution(32);
        BatchNormRelu[] norms = [new(Device, 32), new(Device, 32)];
        foreach (BatchNormRelu norm in norms) norm.Initialize(1);
        Replacing replacing = new();
        Device.Observer = replacing;
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new Shape(2, Channels, 2, 2), Floats(2 * Channels * 4, 1));
        float[] y = BatchNormRelu.Join(norms, _ => convolution.Forward(x)).ToArray();
        Device.Observer = null;
        Assert.That(replacing.Given, Has.Count.EqualTo(2));
        for (int i = 0; i < y.Length; i++)
        {
            int image = i / (64 * 4), channel = i / 4 % 64;
            float given = replacing.Given[channel / 32][(image * 32 + channel % 32) * 4 + i % 4];
            Assert.That(y[i], Is.EqualTo(given + (1 + channel / 32)));
        }
    }

    /// <summary>Adds 1 to the first norm's output, 2 to the second's.</summary>
    sealed class Replacing : IOpObserver
    {
        public List<float[]> Given { get; } = [];

        public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y)
        {
            if (op is not TripletGpu.Ops.BatchNormRelu) return;
            Given.Add(y.ToArray());
            y.CopyFrom([.. Given[^1].Select(value => value + Given.Count)]);
        }
    }

    Conv2d Convolution(int channels, int kernel = 1)
    {
        Conv2d convolution = new(Device, Channels, channels, kernel, stride: 1, padding: 0, bias: false);
        convolution.Initialize(1);
        return convolution;
    }

    static float[] Floats(long count, int seed) => Values.ToSingle(Values.Normal((int)count, new Random(seed)));
}
