using TripletGpu.Autograd;
using TripletGpu.Modules;

namespace TripletGpu.Models.Summary;

/// <summary>What a network consists of, found by running it once on a batch of one.</summary>
/// <param name="Layers">The operations in forward order.</param>
public sealed record NetworkSummary(IReadOnlyList<LayerSummary> Layers)
{
    /// <summary>All weights; statistics are not counted.</summary>
    public long Parameters => Layers.Sum(layer => layer.Parameters);

    /// <summary>The multiply-adds for one input.</summary>
    public long Macs => Layers.Sum(layer => layer.Macs);

    /// <summary>The bytes of all outputs for one input.</summary>
    public long ActivationBytes => Layers.Sum(layer => layer.ActivationBytes);

    /// <summary>Runs the network in inference mode and lists its operations.</summary>
    /// <param name="network">Left as it was.</param>
    /// <param name="input">The shape of one input, without the batch.</param>
    /// <exception cref="ShapeException">The network does not take that shape.</exception>
    public static NetworkSummary Of(Module network, Shape input)
    {
        Trace trace = new(network);
        Observe(network, input, trace);
        return new NetworkSummary(trace.Layers);
    }

    /// <summary>Runs the network in inference mode on one black image, watched.</summary>
    /// <param name="network">Left as it was.</param>
    /// <param name="input">The shape of one input, without the batch.</param>
    /// <param name="observer">Told of each operation.</param>
    /// <exception cref="ShapeException">The network does not take that shape.</exception>
    public static void Observe(Module network, Shape input, IOpObserver observer)
    {
        Device device = network.Device;
        bool wasTraining = network.IsTraining;
        IOpObserver? before = device.Observer;
        using Step step = device.BeginStep(record: false);
        network.Train(false);
        device.Observer = observer;
        try
        {
            Shape one = new([1, .. input.ToArray()]);
            network.Forward(device.Tensor(one, new float[one.Count]));
        }
        finally
        {
            device.Observer = before;
            network.Train(wasTraining);
        }
    }

    sealed class Trace(Module network) : IOpObserver
    {
        readonly LayerNames names = new(network);
        readonly HashSet<Parameter> counted = [];

        public List<LayerSummary> Layers { get; } = [];

        public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y)
        {
            long count = 0;
            Shape[] shapes = new Shape[x.Length];
            for (int i = 0; i < x.Length; i++)
            {
                shapes[i] = x[i].Shape;
                if (names.ParameterOf(x[i]) is { IsStatistic: false } parameter && counted.Add(parameter))
                    count += x[i].Count;
            }
            int[] output = y.Shape.ToArray();
            Layers.Add(new LayerSummary(
                names.Next(op, x), op.Name, output.Length > 1 ? output[1..] : output, count,
                op.MultiplyAdds(shapes, y.Shape))
            {
                ActivationBytes = op.IsView ? 0 : y.Count * sizeof(float),
            });
        }
    }
}
