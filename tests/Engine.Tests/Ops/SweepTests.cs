using TripletGpu.Autograd;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>Operations of random shapes against the oracle, in planes and in blocks of channels.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class SweepTests(string name)
{
    /// <summary>Multiply-adds of a pass; what stands in for a GPU here has one core.</summary>
    long Most => Sweep.Asked is not null ? 30_000_000 : Sweep.IsCpu(name) ? 8_000_000 : 500_000;

    [TestCaseSource(typeof(RandomCases), nameof(RandomCases.Families))]
    public void RandomShapes_MatchOracle(string family) => Sweep.ForEach(name, 60, (device, number) =>
    {
        Random random = new(number);
        OpCase c = new RandomCases(random, Most).Next(family);
        bool inBlocks = random.Next(2) == 0;
        Check(device, c, inBlocks);
    });

    static void Check(Device device, OpCase c, bool inBlocks)
    {
        double[][] x = OpTests.Draw(c);
        double[] y = c.Forward(x), dy = Values.Normal(y.Length, new Random(2));
        double[]?[] gradients = c.Backward(x, dy);
        using (device.BeginStep(record: false)) Same(y, c.Op.Apply(Inputs(OpTests.Upload(device, c, x))), "output");
        using Step step = device.BeginStep();
        Tensor[] leaves = OpTests.Upload(device, c, x);
        for (int i = 0; i < leaves.Length; i++) leaves[i].RequiresGradient = gradients[i] is not null;
        Tensor result = c.Op.Apply(Inputs(leaves));
        Same(y, result, "output of a step");
        step.Backward(result, device.Tensor(result.Shape, Values.ToSingle(dy)));
        for (int i = 0; i < leaves.Length; i++)
            if (gradients[i] is { } expected)
                Same(expected, step.Gradients[leaves[i]], $"gradient of input {i}");

        void Same(double[] expected, Tensor actual, string what) => Close.AreClose(
            expected, actual.ToArray(), c.Tolerance, $"{c.Name}{(inBlocks ? " in blocks" : "")}: {what}");

        Tensor[] Inputs(Tensor[] tensors) => inBlocks && device.Backend.Convolution.ChannelBlock is > 0 and int block
            ? [.. tensors.Select((t, i) => t.Shape.Rank == 4 && t.Shape[1] % block == 0 && c.Op.IsMap(i, c.Inputs)
                ? MapLayout.Of(t, block) : t)]
            : tensors;
    }
}
