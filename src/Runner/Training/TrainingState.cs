using System.Text.Json;
using System.Text.Json.Serialization;
using TripletGpu.Models;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Training;

/// <summary>
/// What a run is besides weights and optimizer state. Batches, dropout masks and random negatives are functions of the
/// seed and the step, so the step is all that is needed to draw the same ones again.
/// </summary>
sealed record TrainingState
{
    /// <summary>Steps done.</summary>
    public long Step { get; init; }

    /// <summary>Seconds spent in them, waiting for their images included.</summary>
    public double Seconds { get; init; }

    /// <summary>The evaluations so far, in order.</summary>
    public IReadOnlyList<EvaluationPoint> Evaluations { get; init; } = [];

    /// <summary>Whether the user has been told that the embedding collapses, and it still does.</summary>
    public bool IsCollapsed { get; init; }

    /// <summary>What was trained on; null in checkpoints of older versions.</summary>
    public string? Data { get; init; }

    /// <summary>The evaluation with the highest figure, the earliest of equals; null before the first.</summary>
    public EvaluationPoint? Best => Evaluations.MaxBy(point => point.PrecisionAt1);

    /// <summary>How many evaluations there were since the best one.</summary>
    [JsonIgnore]
    public int EvaluationsSinceBest => Best is { } best
        ? Evaluations.Count - 1 - Evaluations.Index().First(point => point.Item == best).Index
        : 0;

    /// <summary>Reads a checkpoint's state.</summary>
    public static TrainingState Read(string path) =>
        JsonSerializer.Deserialize<TrainingState>(File.ReadAllBytes(path), Json.Readable)
        ?? throw new UserErrorException($"{path} holds no state");

    /// <summary>Writes the state.</summary>
    public void Write(Stream to) => JsonSerializer.Serialize(to, this, Json.Readable);
}

/// <summary>The main figure of an evaluation during training.</summary>
/// <param name="Step">After how many steps.</param>
/// <param name="Epoch">After how many epochs, counted up.</param>
/// <param name="PrecisionAt1">
/// The share of the validation part's images, or of the test's where there is none, whose nearest reference has their
/// class.
/// </param>
sealed record EvaluationPoint(long Step, int Epoch, double PrecisionAt1);
