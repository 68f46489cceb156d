using TripletGpu.Autograd;
using TripletGpu.Modules;

namespace TripletGpu.Inference;

/// <summary>
/// A network in inference mode behind plans: one for each batch shape that is met, up to two (whole batches and the
/// last one). A network that cannot be planned, because what it does depends on values, runs operation by operation.
/// </summary>
/// <remarks>Parameters must stay as they are while it is in use.</remarks>
public sealed class PlannedNetwork : IDisposable
{
    const int MostPlans = 2;

    readonly Module network;
    readonly PlanConstants constants;
    readonly List<InferencePlan> plans = [];

    /// <param name="network">The network; switched to inference mode.</param>
    public PlannedNetwork(Module network)
    {
        (this.network, constants) = (network, new PlanConstants(network.Device));
        network.Train(false);
    }

    /// <summary>Why it has no plan; empty where it has one, or has not run yet.</summary>
    public string Unplanned { get; private set; } = "";

    /// <summary>The plan for batches of a shape; null where there is none.</summary>
    /// <exception cref="ShapeException">The network does not take that shape.</exception>
    public InferencePlan? Plan(Shape batch)
    {
        if (plans.Find(plan => plan.BatchShape == batch) is { } known) return known;
        if (Unplanned != "") return null;
        if (plans.Count == MostPlans)
        {
            plans[0].Dispose();
            plans.RemoveAt(0);
        }
        try
        {
            plans.Add(InferencePlan.Make(network, batch, constants));
            return plans[^1];
        }
        catch (ValueNeededException exception)
        {
            Unplanned = exception.Message;
            return null;
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
        if (Plan(shape) is { } plan)
        {
            plan.Run(batch, result);
            return plan.ResultShape;
        }
        using Step step = network.Device.BeginStep(record: false);
        Tensor y = network.Forward(network.Device.Tensor(shape, batch));
        y.CopyTo(result);
        return y.Shape;
    }

    /// <summary>Gives the plans' memory back; the network stays.</summary>
    public void Dispose()
    {
        foreach (InferencePlan plan in plans) plan.Dispose();
        constants.Dispose();
    }
}
