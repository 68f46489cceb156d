using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.Inference;
using TripletGpu.Modules;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Inference;

/// <summary>
/// Random networks: as a plan and operation by operation, and their gradients here and by the portable code of one
/// thread. A number is a seed. Of a thousand networks' gradients those of one may differ where rounding turns a ReLU or
/// a maximum the other way: look at it.
/// </summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class NetworkSweepTests(string name)
{
    [Test]
    public void Plan_ComputesWhatTheNetworkDoes() => Sweep.ForEach(name, 60, (device, seed) =>
    {
        RandomNetwork network = Network(device, seed);
        using PlannedNetwork planned = new(network);
        // A plan serves batches of other sizes, and the first size again.
        foreach (int rows in (int[])[network.Input[0], 1, network.Input[0] + 2, network.Input[0]])
            PlanAssert.Same(network, planned, network.Input.With(0, rows), Tolerance.Block, seed);
        network.Release();
    });

    [Test]
    public void Gradients_AreThoseOfThePortableCode() => Sweep.ForEach(name, 60, (device, seed) =>
    {
        using Device portable = new("portable", new CpuBackend(1, CpuInstructionSet.Portable));
        (double[][] expected, string what) = Gradients(portable, seed);
        double[][] actual = Gradients(device, seed).Values;
        double largest = expected.Skip(1).SelectMany(values => values).Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            // A batch norm behind a layer makes some gradients zero, of which rounding leaves a little.
            double scale = i == 0 ? 0 : 1e-3 * largest;
            Close.AreClose([.. expected[i], scale], [.. actual[i], scale], Tolerance.Network, $"{what}: {i}");
        }
    });

    /// <summary>Output and gradients of input and parameters, for a random gradient of the output.</summary>
    static (double[][] Values, string What) Gradients(Device device, int seed)
    {
        RandomNetwork network = Network(device, seed);
        float[] x = Values.ToSingle(Values.Normal(network.Input.Count, new Random(seed)));
        using Step step = device.BeginStep();
        Tensor input = device.Tensor(network.Input, x);
        input.RequiresGradient = true;
        Tensor y = network.Forward(input);
        step.Backward(y, device.Tensor(y.Shape, Values.ToSingle(Values.Normal(y.Shape.Count, new Random(seed + 1)))));
        List<float[]> values = [y.ToArray()];
        IEnumerable<Tensor> leaves =
            [input, .. network.Parameters().Where(p => !p.IsStatistic).Select(p => p.Value)];
        foreach (Tensor leaf in leaves)
            values.Add(step.Gradients.Find(leaf)?.ToArray() ?? []);
        string what = network.ToString();
        network.Release();
        return ([.. values.Select(v => Array.ConvertAll(v, f => (double)f))], what);
    }

    static RandomNetwork Network(Device device, int seed)
    {
        RandomNetwork network = new(device, seed);
        PlanAssert.Initialize(network, seed);
        return network;
    }
}
