using System.Globalization;
using System.Text.Json.Serialization;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Mining;

/// <summary>What <c>triplet mine</c> prints.</summary>
sealed record MiningReport
{
    /// <summary>The rule's name.</summary>
    public required string Rule { get; init; }

    /// <summary>In units of the distance.</summary>
    public required float Margin { get; init; }

    /// <summary>The distance's name.</summary>
    public required string Distance { get; init; }

    /// <summary>Rows.</summary>
    public required int N { get; init; }

    /// <summary>Columns.</summary>
    public required int Dimension { get; init; }

    /// <summary>Ordered anchor-positive pairs.</summary>
    public required long Pairs { get; init; }

    /// <summary>The rule's triplets with a loss above 0.</summary>
    public required long Active { get; init; }

    /// <summary>Of all triplets.</summary>
    public required long Hard { get; init; }

    /// <summary>Of all triplets.</summary>
    public required long SemiHard { get; init; }

    /// <summary>Of all triplets.</summary>
    public required long Easy { get; init; }

    /// <summary>Pairs that took the rule's fallback.</summary>
    public required long Fallback { get; init; }

    /// <summary>The reduced loss.</summary>
    public required float Loss { get; init; }

    /// <summary>
    /// One call, forward and gradient: the median of several. A GPU's first call, which compiles, is none of them.
    /// </summary>
    public required double Seconds { get; init; }

    /// <summary>
    /// What the process's memory grew by above its inputs; on a GPU the device memory that was taken besides
    /// the embeddings.
    /// </summary>
    public required long PeakBytes { get; init; }

    /// <summary>Why there is nothing to learn; absent where there is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Reason { get; init; }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"""
        {Counted.Of(N, "embedding")} of {Dimension}, rule {Rule}, {Distance} distance, margin {Margin}
        loss      {Loss}{(Reason is null ? "" : $"   ({Reason})")}
        pairs     {Pairs:N0}, active {Active:N0}, fallback {Fallback:N0}
        triplets  {Hard:N0} hard, {SemiHard:N0} semi-hard, {Easy:N0} easy
        time      {Duration.Text(Seconds)} with the gradient, {PeakBytes / 1e6:0.#} MB besides the inputs
        """);
}
