using TripletGpu.Autograd;
using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Backends;

/// <summary>
/// Elementwise operations on maps in blocks of channels give what they give in planes, with maps beside them or with a
/// number a channel.
/// </summary>
public sealed class BlockedElementwiseTests(string device) : DeviceFixture(device)
{
    static readonly Shape maps = new(2, 32, 5, 3);

    static readonly Op[] ops = [new Binary<Add>(), new Binary<PRelu>(), new Binary<Multiply>()];

    static readonly Shape[] beside = [maps, new(32, 1, 1), new(2, 32, 1, 1), new(1, 1, 1), Shape.Scalar];

    [Test]
    public void MapsInBlocks_GiveWhatPlanesGive(
        [ValueSource(nameof(ops))] Op op, [ValueSource(nameof(beside))] Shape other, [Values] bool isFirst) =>
        Agree(op, isFirst ? [maps, other] : [other, maps], inBlocks: true);

    [Test]
    public void FunctionOfEachElement_StaysInBlocks() => Agree(new Unary<Relu>(), [maps], inBlocks: true);

    /// <summary>What differs from pixel to pixel has an order of its own.</summary>
    [TestCase(5, 3)]
    [TestCase(1, 3)]
    public void PixelsBeside_AreTakenInPlanes(int height, int width) =>
        Agree(new Binary<Multiply>(), [maps, new Shape(height, width)], inBlocks: false);

    void Agree(Op op, Shape[] shapes, bool inBlocks)
    {
        (float[] planes, float[][] expected) = Run(0);
        (float[] blocks, float[][] found) = Run(Device.Backend.Convolution.ChannelBlock);
        Assert.That(blocks, Is.EqualTo(planes));
        for (int i = 0; i < found.Length; i++)
            Close.AreClose([.. expected[i].Select(v => (double)v)], found[i], Tolerance.Sum, $"gradient of input {i}");

        (float[] Y, float[][] Gradients) Run(int block)
        {
            using Step step = Device.BeginStep();
            Random random = new(1);
            Tensor[] leaves = [.. shapes.Select(shape => Drawn(shape, random))];
            foreach (Tensor leaf in leaves) leaf.RequiresGradient = true;
            Tensor[] inputs = [.. leaves.Select(leaf => leaf.Shape == maps ? MapLayout.Of(leaf, block) : leaf)];
            Tensor y = op.Apply(inputs);
            Assert.That(y.ChannelBlock, Is.EqualTo(inBlocks ? block : 0));
            float[] values = y.ToArray();
            step.Backward(y, Drawn(maps, random));
            return (values, [.. leaves.Select(leaf => step.Gradients[leaf].ToArray())]);
        }
    }

    Tensor Drawn(Shape shape, Random random) =>
        Device.Tensor(shape, Values.ToSingle(Values.Normal((int)shape.Count, random)));
}
