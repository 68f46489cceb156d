using TripletGpu.Autograd;
using TripletGpu.Modules;

namespace TripletGpu.Bench.Peers;

/// <summary>The operations of a network in their order, by numbers of their values: 0 is the batch.</summary>
sealed class OpTrace : IOpObserver
{
    readonly Dictionary<Tensor, int> numbers = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Tensor, Parameter> parameters = new(ReferenceEqualityComparer.Instance);

    OpTrace(Module network)
    {
        foreach (Parameter parameter in network.Parameters()) parameters[parameter.Value] = parameter;
    }

    /// <summary>An operation.</summary>
    public sealed record Node(Op Op, int[] Inputs, int Output);

    /// <summary>A value that no operation makes.</summary>
    public sealed record Constant(Shape Shape, float[] Values, bool IsTrained);

    /// <summary>The operations.</summary>
    public List<Node> Nodes { get; } = [];

    /// <summary>Weights and statistics by number.</summary>
    public Dictionary<int, Constant> Constants { get; } = [];

    /// <summary>Runs the network once, on two black images.</summary>
    public static OpTrace Of(Module network, Shape image, bool training)
    {
        Device device = network.Device;
        OpTrace trace = new(network);
        network.Train(training);
        using Step step = device.BeginStep(record: false);
        Shape two = new([2, .. image.ToArray()]);
        Tensor x = device.Tensor(two, new float[two.Count]);
        trace.numbers[x] = 0;
        device.Observer = trace;
        network.Forward(x);
        device.Observer = null;
        return trace;
    }

    /// <inheritdoc/>
    public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y)
    {
        int[] inputs = new int[x.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (!numbers.TryGetValue(x[i], out inputs[i]))
            {
                numbers[x[i]] = inputs[i] = numbers.Count;
                bool isTrained = parameters.GetValueOrDefault(x[i]) is { IsTrainable: true };
                Constants[inputs[i]] = new Constant(x[i].Shape, x[i].ToArray(), isTrained);
            }
        }
        numbers[y] = numbers.Count;
        Nodes.Add(new Node(op, inputs, numbers[y]));
    }

    /// <summary>How many operations read a value.</summary>
    public int Reads(int value) => Nodes.Sum(node => node.Inputs.Count(input => input == value));
}
