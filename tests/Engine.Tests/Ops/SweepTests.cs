using System.Globalization;
using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>
/// Operations of random shapes against the oracle, with random numbers of threads, in planes and in blocks of channels.
/// The same few in every run; TRIPLETGPU_SWEEP=N takes N of each family, a failure's number finds its case again.
/// </summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class SweepTests(string name)
{
    static readonly int? asked =
        int.TryParse(Environment.GetEnvironmentVariable("TRIPLETGPU_SWEEP"), CultureInfo.InvariantCulture, out int n)
            ? n : null;

    int Count => asked ?? (IsCpu ? 60 : 12);

    long Most => asked is not null ? 30_000_000 : IsCpu ? 8_000_000 : 500_000;

    bool IsCpu => name.StartsWith("cpu", StringComparison.Ordinal);

    [TestCaseSource(typeof(RandomCases), nameof(RandomCases.Families))]
    public void RandomShapes_MatchOracle(string family)
    {
        using Device? shared = IsCpu ? null : TestDevices.Open(name);
        List<string> faults = [];
        for (int i = 0; i < Count; i++)
        {
            Random random = new(i);
            OpCase c = new RandomCases(random, Most).Next(family);
            int threads = 1 + random.Next(4);
            bool inBlocks = random.Next(2) == 0;
            Device device = shared ?? TestDevices.Open(name, threads);
            try
            {
                Check(device, c, inBlocks);
            }
            catch (Exception e)
            {
                faults.Add($"case {i}, {threads} threads{(inBlocks ? ", in blocks" : "")}: {c.Name}: {(e is AssertionException ? e.Message : e)}");
            }
            finally
            {
                if (shared is null) device.Dispose();
            }
        }
        Assert.That(faults, Is.Empty, string.Join("\n", faults));
    }

    static void Check(Device device, OpCase c, bool inBlocks)
    {
        double[][] x = OpTests.Draw(c);
        double[] y = c.Forward(x), dy = Values.Normal(y.Length, new Random(2));
        double[]?[] gradients = c.Backward(x, dy);
        using (device.BeginStep(record: false))
            Same(y, c.Op.Apply(Inputs(OpTests.Upload(device, c, x))), c.Tolerance, "output");
        using Step step = device.BeginStep();
        Tensor[] leaves = OpTests.Upload(device, c, x);
        for (int i = 0; i < leaves.Length; i++) leaves[i].RequiresGradient = gradients[i] is not null;
        Tensor result = c.Op.Apply(Inputs(leaves));
        Same(y, result, c.Tolerance, "output of a step");
        step.Backward(result, device.Tensor(result.Shape, Values.ToSingle(dy)));
        for (int i = 0; i < leaves.Length; i++)
            if (gradients[i] is { } expected)
                Same(expected, step.Gradients[leaves[i]], c.Tolerance, $"gradient of input {i}");

        Tensor[] Inputs(Tensor[] tensors) => inBlocks && device.Backend.Convolution.ChannelBlock is > 0 and int block
            ? [.. tensors.Select((t, i) => t.Shape.Rank == 4 && t.Shape[1] % block == 0 && c.Op.IsMap(i, c.Inputs)
                ? MapLayout.Of(t, block) : t)]
            : tensors;
    }

    static void Same(double[] expected, Tensor actual, Tolerance tolerance, string what) =>
        Close.AreClose(expected, actual.ToArray(), tolerance, what);
}
