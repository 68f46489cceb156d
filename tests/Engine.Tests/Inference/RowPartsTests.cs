using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.Inference;
using TripletGpu.Modules;
using TripletGpu.Support;
using static TripletGpu.Ops.TensorOps;

namespace TripletGpu.Engine.Tests.Inference;

/// <summary>Threads that take rows of a batch through a whole plan.</summary>
public sealed class RowPartsTests
{
    static readonly CpuInstructionSet[] instructions =
        [.. Enum.GetValues<CpuInstructionSet>().Where(CpuInstructionSets.IsSupported)];

    /// <summary>
    /// Batches of fewer rows than threads, of as many, and of a number that they cannot share evenly. Whichever form a
    /// convolution has is chosen for the batch: at 7 x 7 by two rows and by one.
    /// </summary>
    [Test]
    public void AnyNumberOfThreads_GivesTheSameBits(
        [ValueSource(nameof(instructions))] CpuInstructionSet instructions,
        [Values(1, 2, 5, 9)] int rows)
    {
        float[] expected = Run(instructions, threads: 1, rows);
        foreach (int threads in (int[])[2, 3, 5])
            Assert.That(Run(instructions, threads, rows), Is.EqualTo(expected), $"{threads} threads");
    }

    [TestCase(4, 2, ExpectedResult = "0-2 2-4")]
    [TestCase(5, 2, ExpectedResult = "0-2 2-5")]
    [TestCase(3, 3, ExpectedResult = "0-1 1-2 2-3")]
    [TestCase(2, 3, ExpectedResult = "0-2")]
    public string Parts_AreOneAThread(int rows, int threads) => Parts(device => new Layers(device), rows, threads);

    /// <summary>Rows that look at others stay together.</summary>
    [Test]
    public void SumOverTheBatch_HasAllRows() =>
        Assert.That(Parts(device => new AcrossRows(device), 4, 2), Is.EqualTo("0-4"));

    /// <summary>A constant with a value for each row would have to be cut.</summary>
    [Test]
    public void ConstantOfAllRows_HasAllRows() =>
        Assert.That(Parts(device => new ConstantRows(device), 4, 2), Is.EqualTo("0-4"));

    /// <summary>Each part reads all weights, which threads share where they share an operation.</summary>
    [Test]
    public void WeightsMoreThanValues_HaveAllRows() => Assert.That(
        Parts(device => new Sequential(device, new Flatten(device), new Linear(device, 3 * 112 * 112, 8)), 4, 2),
        Is.EqualTo("0-4"));

    static string Parts(Func<Device, Module> make, int rows, int threads)
    {
        CpuBackend backend = new(threads);
        using Device device = new("cpu", backend);
        Module network = make(device);
        network.Initialize(1);
        using PlannedNetwork planned = new(network);
        InferencePlan plan = planned.Plan(Layers.Batch(rows))!;
        RowParts[] parts = RowParts.Of(plan.Graph, ((TripletGpu.Backends.IBackend)backend).Branches);
        return string.Join(" ", parts.Select(part => $"{part.From}-{part.To}"));
    }

    static float[] Run(CpuInstructionSet instructions, int threads, int rows)
    {
        using Device device = new("cpu", new CpuBackend(threads, instructions));
        Layers network = new(device);
        network.Initialize(1);
        using PlannedNetwork planned = new(network);
        Shape batch = Layers.Batch(rows);
        float[] x = Values.ToSingle(Values.Normal((int)batch.Count, new Random(3)));
        float[] y = new float[planned.Plan(batch)!.ResultShape.Count], again = new float[y.Length];
        planned.Run(batch, x, y);
        planned.Run(batch, x, again);
        Assert.That(again, Is.EqualTo(y), "a second run");
        return y;
    }

    /// <summary>An operation of every kind that such networks have, at sizes at which forms change.</summary>
    sealed class Layers : Module
    {
        readonly Conv2d first, reduced, three, five, last, deep;
        readonly Linear embedding;

        public Layers(Device device) : base(device)
        {
            first = Add("first", new Conv2d(device, 3, 40, 5, stride: 2, padding: 2));
            reduced = Add("reduced", new Conv2d(device, 40, 37, 1));
            three = Add("three", new Conv2d(device, 37, 48, 3, padding: 1));
            five = Add("five", new Conv2d(device, 48, 40, 5, padding: 2));
            last = Add("last", new Conv2d(device, 125, 40, 3, stride: 2, padding: 1));
            deep = Add("deep", new Conv2d(device, 40, 40, 3, padding: 1));
            embedding = Add("embedding", new Linear(device, 40, 19));
        }

        public static Shape Batch(int rows) => new(rows, 3, 112, 112);

        public override Tensor Forward(Tensor x)
        {
            Tensor map = first.Forward(x).Relu().MaxPool2d(3, 2, 1).LocalResponseNorm();
            Tensor wide = three.Forward(reduced.Forward(map)).Relu();
            Tensor joined = Concat(1, wide, five.Forward(wide), reduced.Forward(map.MaxPool2d(3, 1, 1)));
            Tensor small = last.Forward(joined.Affine(0.5f)).Relu().MaxPool2d(2);
            return embedding.Forward(deep.Forward(small).GlobalAveragePool()).L2Normalize();
        }
    }

    sealed class AcrossRows(Device device) : Module(device)
    {
        public override Tensor Forward(Tensor x) => x.Relu().Add(x.Sum(0));
    }

    sealed class ConstantRows(Device device) : Module(device)
    {
        public override Tensor Forward(Tensor x) =>
            x.Multiply(Device.Tensor(new Shape(x.Shape[0], 1, 1, 1), [1f, 2, 3, 4]));
    }
}
