namespace TripletGpu.Runner.Configuration;

/// <summary>A part of a run with settings of its own; what is null is as in the rest of the configuration.</summary>
public sealed record PhaseConfig
{
    /// <summary>How often the data is gone through; the last phase goes on to the run's end without it.</summary>
    public int? Epochs { get; init; }

    /// <summary>Exactly so many batches instead of <see cref="Epochs"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>Instead of <c>loss</c>, all of it.</summary>
    public LossConfig? Loss { get; init; }

    /// <summary>Instead of <c>model.freeze</c>; an empty list trains everything.</summary>
    public string[]? Freeze { get; init; }

    /// <summary>Instead of <c>optimizer.learningRate</c>.</summary>
    public double? LearningRate { get; init; }
}
