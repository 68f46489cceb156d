using System.Text.Json;
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

    /// <summary>Seconds spent in them.</summary>
    public double Seconds { get; init; }

    /// <summary>The evaluations so far, in order.</summary>
    public IReadOnlyList<EvaluationPoint> Evaluations { get; init; } = [];

    /// <summary>Whether the user has been told that the embedding collapses, and it still does.</summary>
    public bool IsCollapsed { get; init; }

    /// <summary>The evaluation with the highest figure, the earliest of equals; null before the first.</summary>
    public EvaluationPoint? Best => Evaluations.MaxBy(point => point.PrecisionAt1);

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
/// <param name="PrecisionAt1">The share of test images whose nearest training image has their class.</param>
sealed record EvaluationPoint(long Step, int Epoch, double PrecisionAt1);
