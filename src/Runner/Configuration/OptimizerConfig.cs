namespace TripletGpu.Runner.Configuration;

/// <summary>How the parameters move.</summary>
public sealed record OptimizerConfig
{
    /// <summary>Which method.</summary>
    public OptimizerKind Kind { get; init; } = OptimizerKind.Adam;

    /// <summary>The step's length, before the schedule and the groups' factors.</summary>
    public double LearningRate { get; init; } = 0.001;

    /// <summary>sgd: the share of the last step that is kept; adam: beta1.</summary>
    public double Momentum { get; init; } = 0.9;

    /// <summary>sgd: Nesterov's momentum.</summary>
    public bool Nesterov { get; init; }

    /// <summary>adam: the decay of the mean square (0.999); rmsprop: PyTorch's alpha (0.99). Null: these.</summary>
    public double? Beta2 { get; init; }

    /// <summary>What is added to the root of the mean square; null: 1e-8 (adam, rmsprop), 1e-10 (adagrad).</summary>
    public double? Epsilon { get; init; }

    /// <summary>The L2 penalty that is added to the gradient: weightDecay times the parameter.</summary>
    public double WeightDecay { get; init; }

    /// <summary>Parameters with rates of their own; the first group that matches a name counts.</summary>
    public ParameterGroupConfig[] Groups { get; init; } = [];
}

/// <summary>Parameters with a rate of their own.</summary>
public sealed record ParameterGroupConfig
{
    /// <summary>A name or a pattern: <c>layer1.*</c>.</summary>
    public string Match { get; init; } = "";

    /// <summary>What the learning rate is multiplied by.</summary>
    public double Rate { get; init; } = 1;

    /// <summary>Instead of the optimizer's; null: the optimizer's.</summary>
    public double? WeightDecay { get; init; }
}

/// <summary>Which method.</summary>
public enum OptimizerKind { Sgd, Adam, Adagrad, Rmsprop }
