namespace TripletGpu.Runner.Configuration;

/// <summary>Everything that decides a training run; the JSON file of the command line, field by field.</summary>
public sealed record RunConfig
{
    /// <summary>The network.</summary>
    public ModelConfig Model { get; init; } = new();

    /// <summary>What it learns from.</summary>
    public DataConfig Data { get; init; } = new();

    /// <summary>Which images make up a batch.</summary>
    public SamplerConfig Sampler { get; init; } = new();

    /// <summary>What is minimised.</summary>
    public LossConfig Loss { get; init; } = new();

    /// <summary>How the parameters move.</summary>
    public OptimizerConfig Optimizer { get; init; } = new();

    /// <summary>How the learning rate changes.</summary>
    public ScheduleConfig Schedule { get; init; } = new();

    /// <summary>How long, from which seed, and what is saved.</summary>
    public TrainConfig Train { get; init; } = new();

    /// <summary>Parts of the run with settings of their own, one after the other; none: the run is one.</summary>
    public PhaseConfig[] Phases { get; init; } = [];

    /// <summary>How the result is measured.</summary>
    public EvaluateConfig Evaluate { get; init; } = new();
}
