using TripletGpu.Autograd;
using TripletGpu.Modules;

namespace TripletGpu.Inference;

/// <summary>
/// A network in inference mode behind a plan for the batch shape that was met last. A network that cannot be planned,
/// because what it does depends on values, runs operation by operation.
/// </summary>
/// <remarks>Parameters must stay as they are while it is in use.</remarks>
public sealed class PlannedNetwork : IDisposable
{
    // Values of a batch beyond this lie in memory rather than in caches, and many rows gain nothing any more.
    const long UsualBytes = 64 << 20;
    const int MostRows = 64, UnplannedRows = 32;

    readonly Module network;
    readonly PlanConstants constants;
    InferencePlan? plan;
    bool isDisposed;

    /// <param name="network">The network; switched to inference mode.</param>
    public PlannedNetwork(Module network)
    {
        (this.network, constants) = (network, new PlanConstants(network.Device));
        network.Train(false);
    }

    /// <summary>
    /// Whether nobody reads the parameters meanwhile. A convolution's weight then lies in memory only once, in the form
    /// that the plan multiplies by. Whoever does read it gets its values, and the plan is slower from then on.
    /// </summary>
    public bool OwnsWeights
    {
        get => constants.OwnsWeights;
        init => constants.OwnsWeights = value;
    }

    /// <summary>Why it has no plan; empty where it has one, or has not run yet.</summary>
    public string Unplanned { get; private set; } = "";

    /// <summary>The plan for batches of a shape; null where there is none.</summary>
    /// <exception cref="ShapeException">The network does not take that shape.</exception>
    /// <exception cref="ObjectDisposedException">This has been disposed.</exception>
    public InferencePlan? Plan(Shape batch)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (plan is not null && plan.BatchShape == batch) return plan;
        if (Unplanned != "") return null;
        Drop();
        try
        {
            return plan = InferencePlan.Make(network, batch, constants);
        }
        catch (ValueNeededException exception)
        {
            Unplanned = exception.Message;
            return null;
        }
    }

    /// <summary>
    /// How many rows to run at once: as many as keep a plan's buffers small, the same number for each thread; at least
    /// one.
    /// </summary>
    /// <param name="sample">The shape of a batch that the network takes, of as many rows as it likes.</param>
    /// <exception cref="ShapeException">The network does not take that shape.</exception>
    public int RowsAtOnce(Shape sample)
    {
        if (Unplanned != "") return UnplannedRows;
        try
        {
            long bytes = InferencePlan.BufferBytesOf(network, sample, constants);
            int rows = (int)Math.Clamp(UsualBytes * sample[0] / Math.Max(bytes, 1), 1, MostRows);
            int threads = network.Device.Backend.Branches?.Parts ?? 1;
            return rows - (rows > threads ? rows % threads : 0);
        }
        catch (ValueNeededException exception)
        {
            Unplanned = exception.Message;
            return UnplannedRows;
        }
    }

    /// <summary>The network's result for a batch.</summary>
    /// <param name="shape">The batch's shape.</param>
    /// <param name="batch">Its values.</param>
    /// <param name="result">Gets the values of the result.</param>
    /// <returns>The result's shape.</returns>
    /// <exception cref="ShapeException">The network does not take that shape.</exception>
    /// <exception cref="ArgumentException"><paramref name="result"/> has another size.</exception>
    public Shape Run(Shape shape, ReadOnlySpan<float> batch, Span<float> result)
    {
        if (Plan(shape) is { } made)
        {
            made.Run(batch, result);
            return made.ResultShape;
        }
        using Step step = network.Device.BeginStep(record: false);
        Tensor y = network.Forward(network.Device.Tensor(shape, batch));
        y.CopyTo(result);
        return y.Shape;
    }

    /// <summary>Gives the plan's memory back; the network stays.</summary>
    public void Dispose()
    {
        if (isDisposed) return;
        isDisposed = true;
        Drop();
        constants.Dispose();
    }

    /// <summary>Buffers of another batch size would lie in the pool unused.</summary>
    void Drop()
    {
        if (plan is null) return;
        plan.Dispose();
        plan = null;
        network.Device.Pool.Trim();
    }
}
