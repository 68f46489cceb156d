using TripletGpu.Collectives;

namespace TripletGpu.Modules;

/// <summary>
/// What the batch norms share: <c>weight</c>, <c>bias</c> and the statistics <c>running_mean</c> and
/// <c>running_var</c>, named as in PyTorch.
/// </summary>
public abstract class BatchNorm : Module
{
    private protected BatchNorm(Device device, int channels) : base(device)
    {
        Shape shape = new(channels);
        Weight = AddParameter("weight", shape, new Initializer.Constant(1));
        Bias = AddParameter("bias", shape, new Initializer.Constant(0));
        RunningMean = AddStatistic("running_mean", shape, 0);
        RunningVariance = AddStatistic("running_var", shape, 1);
    }

    /// <summary>The scale of each channel.</summary>
    public Parameter Weight { get; }

    /// <summary>The shift of each channel.</summary>
    public Parameter Bias { get; }

    /// <summary>The running mean of each channel.</summary>
    public Parameter RunningMean { get; }

    /// <summary>The running unbiased variance of each channel.</summary>
    public Parameter RunningVariance { get; }

    /// <summary>The share of the batch in the new running statistics.</summary>
    public float Momentum { get; init; } = 0.1f;

    /// <summary>Added to the variance.</summary>
    public float Epsilon { get; init; } = 1e-5f;

    /// <summary>
    /// Keep the running statistics and normalise with them in training too, as for pretrained networks and small
    /// batches. Weight and bias still train unless their <see cref="Parameter.IsTrainable"/> is off.
    /// </summary>
    public bool IsFrozen { get; set; }

    /// <summary>
    /// Whether the statistics of a batch that ranks have between them (<see cref="Module.SetShare"/>) are those of all
    /// of it. Off, each rank normalises by its own rows: less to tell each other, and another network.
    /// </summary>
    public bool IsSynchronized { get; set; } = true;

    private protected BatchShare? Share { get; private set; }

    /// <inheritdoc/>
    public override void SetShare(BatchShare? share) => Share = IsSynchronized ? share : null;

    /// <summary>Whether a forward pass waits for the statistics of other ranks.</summary>
    private protected bool IsShared => Share is not null && !UsesRunningStatistics;

    private protected bool UsesRunningStatistics => IsFrozen || !IsTraining;
}
