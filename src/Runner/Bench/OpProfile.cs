using System.Diagnostics;
using TripletGpu.Autograd;
using TripletGpu.Modules;

namespace TripletGpu.Runner.Bench;

/// <summary>One pass of an operation within a call.</summary>
/// <param name="Layer">The module it belongs to, or its kind and number.</param>
/// <param name="Op">The operation.</param>
/// <param name="Pass"><c>forward</c> or <c>backward</c>.</param>
/// <param name="Start">Seconds from the call's beginning.</param>
/// <param name="Seconds">How long it took, what the host does between two operations included.</param>
/// <param name="Gflop">1e9 operations, by the direct algorithm.</param>
/// <param name="Bytes">Its inputs and its output, read or written once.</param>
sealed record OpEvent(
    string Layer, string Op, string Pass, double Start, double Seconds, double Gflop, long Bytes);

/// <summary>
/// Where the time of a call goes: the device is waited for after each pass of each operation. What is left of the call
/// (uploads, the optimizer) has no event.
/// </summary>
sealed class OpProfile : IOpObserver
{
    const int Calls = 3;

    readonly Device device;
    readonly LayerNames names;
    readonly Dictionary<Tensor, string> layers = new(ReferenceEqualityComparer.Instance);
    readonly List<OpEvent> events = [];
    long began, last;

    readonly Func<Tensor, string?> layerOf;

    OpProfile(Module network, Func<Tensor, string?> layerOf) =>
        (device, names, this.layerOf) = (network.Device, new LayerNames(network), layerOf);

    /// <summary>The events of one call, in their order; each with the least time of a few calls.</summary>
    public IReadOnlyList<OpEvent> Events { get; private set; } = [];

    /// <summary>Watches a few calls that run the network.</summary>
    /// <param name="network">Whose parameters name the operations.</param>
    /// <param name="layerOf">What else names them, by what they make: a plan.</param>
    /// <param name="call">Runs it.</param>
    public static OpProfile Of(Module network, Func<Tensor, string?> layerOf, Action call)
    {
        OpProfile profile = new(network, layerOf);
        IOpObserver? before = profile.device.Observer;
        profile.device.Observer = profile;
        try
        {
            for (int i = 0; i < Calls; i++) profile.Watch(call);
        }
        finally
        {
            profile.device.Observer = before;
        }
        return profile;
    }

    /// <inheritdoc/>
    public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y)
    {
        string layer = layers[y] = layerOf(y) ?? names.Next(op, x);
        Add(layer, op, "forward", x, y, passes: 1);
    }

    /// <inheritdoc/>
    public void Backpropagated(Op op, ReadOnlySpan<Tensor> x, Tensor y) =>
        Add(layers.GetValueOrDefault(y, op.Name), op, "backward", x, y, passes: 2);

    void Watch(Action call)
    {
        names.Restart();
        layers.Clear();
        events.Clear();
        device.Synchronize();
        began = last = Stopwatch.GetTimestamp();
        call();
        Events = Events.Count == events.Count && Events.Count > 0
            ? [.. Events.Zip(events, (a, b) => a.Seconds <= b.Seconds ? a : b)]
            : [.. events];
    }

    void Add(string layer, Op op, string pass, ReadOnlySpan<Tensor> x, Tensor y, int passes)
    {
        device.Synchronize();
        long now = Stopwatch.GetTimestamp();
        Shape[] shapes = new Shape[x.Length];
        long bytes = y.Count * sizeof(float);
        for (int i = 0; i < x.Length; i++)
        {
            shapes[i] = x[i].Shape;
            bytes += x[i].Count * sizeof(float);
        }
        if (!op.IsView)
            events.Add(new OpEvent(
                layer, op.Name, pass, Stopwatch.GetElapsedTime(began, last).TotalSeconds,
                Stopwatch.GetElapsedTime(last, now).TotalSeconds, 2e-9 * passes * op.MultiplyAdds(shapes, y.Shape),
                passes * bytes));
        last = Stopwatch.GetTimestamp();
    }
}
