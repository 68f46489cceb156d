using System.Text.Json.Serialization;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Runs;

/// <summary>One line of metrics.jsonl.</summary>
sealed record StepMetrics
{
    /// <summary>From 1.</summary>
    public required long Step { get; init; }

    /// <summary>From 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Of this step's batch, before the update.</summary>
    public required float Loss { get; init; }

    /// <summary>The schedule's value for this step.</summary>
    public required float LearningRate { get; init; }

    /// <summary>Ordered anchor-positive pairs.</summary>
    public required long Pairs { get; init; }

    /// <summary>The triplets of the rule with a loss above 0.</summary>
    public required long Active { get; init; }

    /// <summary>All triplets (a, p, n) with d(a, n) at most d(a, p).</summary>
    public required long Hard { get; init; }

    /// <summary>Those within the margin.</summary>
    public required long SemiHard { get; init; }

    /// <summary>Those beyond it.</summary>
    public required long Easy { get; init; }

    /// <summary>The mean squared distance of two embeddings of the batch.</summary>
    public required float Spread { get; init; }

    /// <summary>The 5th percentile of the embeddings' lengths before normalisation.</summary>
    public required float NormP05 { get; init; }

    /// <summary>The 95th percentile.</summary>
    public required float NormP95 { get; init; }

    /// <summary>How many directions the embeddings use; absent in most steps, as it costs more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public float? EffectiveRank { get; init; }

    /// <summary>The share of the batch that the classifier names rightly; absent where none trains.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Accuracy { get; init; }

    /// <summary>The phase, from 1; absent in a run that is one.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Phase { get; init; }

    /// <summary>How much of this step's pairs or triplets has a loss, for the progress line.</summary>
    [JsonIgnore]
    public ActiveShare ActiveShare { get; init; }

    /// <summary>This step's images by its time.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Spent in training steps so far, that of the interrupted run included.</summary>
    public required double Seconds { get; init; }
}
