using System.Text.Json.Serialization;

namespace TripletGpu.Models.Evaluation;

/// <summary>
/// All figures of an evaluation, in the order of <c>evaluation.json</c>. Null: not asked for, or not defined.
/// </summary>
public sealed record EvaluationResult
{
    /// <summary>How it was measured.</summary>
    [JsonPropertyOrder(0)]
    public required EvaluationProtocolFacts Protocol { get; init; }

    /// <summary>The share of queries whose nearest reference is of their class.</summary>
    [JsonPropertyOrder(1)]
    public double? PrecisionAt1 { get; init; }

    /// <inheritdoc cref="RetrievalResult.RPrecision"/>
    [JsonPropertyOrder(2)]
    public double? RPrecision { get; init; }

    /// <inheritdoc cref="RetrievalResult.MapAtR"/>
    [JsonPropertyOrder(3)]
    public double? MapAtR { get; init; }

    /// <summary>The share of queries whose nearest class mean is their own class's.</summary>
    [JsonPropertyOrder(4)]
    public double? NearestMeanAccuracy { get; init; }

    /// <summary>Telling pairs of one class from pairs of two.</summary>
    [JsonPropertyOrder(5)]
    public Verification? Verification { get; init; }

    /// <summary>Random triplets in the right order.</summary>
    [JsonPropertyOrder(6)]
    public TripletOrder? TripletOrder { get; init; }

    /// <summary>The protocol of Labeled Faces in the Wild; absent unless asked for.</summary>
    [JsonPropertyOrder(7), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LfwResult? Lfw { get; init; }

    /// <summary>The queries of classes that the references lack; absent where there are none.</summary>
    [JsonPropertyOrder(7), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UnseenResult? Unseen { get; init; }

    /// <summary>Naming who is enrolled and refusing who is not; absent unless asked for.</summary>
    [JsonPropertyOrder(7), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OpenSetResult? OpenSet { get; init; }

    /// <summary>The figures by group; absent unless asked for.</summary>
    [JsonPropertyOrder(7), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public GroupResult? Groups { get; init; }

    /// <summary>How the best network of the training was chosen; absent where that is not known.</summary>
    [JsonPropertyOrder(9), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BestNetwork? Best { get; init; }

    /// <summary>What simpler methods reach.</summary>
    [JsonPropertyOrder(8)]
    public required Baselines Baselines { get; init; }

    /// <summary>Each query's nearest reference: for the confusion matrix and the mistakes of a report.</summary>
    [JsonIgnore]
    public NearestNeighbourResult? Neighbours { get; init; }
}

/// <summary>How figures were measured.</summary>
/// <param name="Query">The set that is judged.</param>
/// <param name="Reference">The set that neighbours and class means come from.</param>
/// <param name="SelfMatchExcluded">The two are one set, and no row is its own neighbour.</param>
/// <param name="K">Neighbours that decide.</param>
/// <param name="Distance">Of the neighbours.</param>
/// <param name="Normalized">Whether every query has length 1.</param>
/// <param name="N">The number of queries.</param>
public sealed record EvaluationProtocolFacts(
    string Query, string Reference, bool SelfMatchExcluded, int K, string Distance, bool Normalized, int N)
{
    /// <summary>How R-precision and MAP@R were measured.</summary>
    public string? Retrieval { get; init; }

    /// <summary>Which pairs verification saw.</summary>
    public string? Pairs { get; init; }

    /// <summary>On which part of the data each figure was computed.</summary>
    public IReadOnlyDictionary<string, string> Parts { get; init; } = new Dictionary<string, string>();

    /// <summary>What was measured otherwise than usual, or not at all, and why.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <summary>The network that <c>best.safetensors</c> holds.</summary>
/// <param name="Step">After how many steps.</param>
/// <param name="Part">What it was chosen on; <c>none</c>: it is that after the last step.</param>
/// <param name="PrecisionAt1">Its figure there.</param>
public sealed record BestNetwork(
    long Step, string Part,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] double? PrecisionAt1);

/// <summary>Precision at 1 of simpler methods, measured the same way; null where it was not.</summary>
/// <param name="RawPixelsPrecisionAt1">The nearest image by its pixels.</param>
/// <param name="UntrainedPrecisionAt1">The same network before its training.</param>
public sealed record Baselines(double? RawPixelsPrecisionAt1, double? UntrainedPrecisionAt1);
