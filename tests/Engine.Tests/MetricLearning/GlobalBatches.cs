using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.MetricLearning;

/// <summary>Batches that ranks have between them.</summary>
static class GlobalBatches
{
    /// <summary>A batch on the host.</summary>
    public sealed record Batch(string Name, int Width, float[] Embeddings, int[] Labels)
    {
        public int Rows => Labels.Length;
    }

    public static IReadOnlyList<Batch> All { get; } =
    [
        Of("mixed", 24, i => i % 5),
        // The first ranks' rows are all of one class, those of the last have nobody of theirs.
        Of("a rank without triplets", 21, i => i < 15 ? i / 5 : 100 + i),
        Of("no positives", 12, i => i),
        Of("no negatives", 12, _ => 7),
        Of("uneven", 17, i => i % 3),
        Of("ties", 24, i => i % 4, isWhole: true),
        new("duplicates", 3, [.. Enumerable.Range(0, 18).SelectMany(i => new[] { i % 3, 1f, i % 2 })],
            [.. Enumerable.Range(0, 18).Select(i => i % 4)]),
        Of("fewer rows than ranks", 3, i => i % 2),
    ];

    /// <summary>Every rule with both distances and all reductions.</summary>
    public static IEnumerable<TripletSettings> Settings(Batch batch, bool isShort = false) =>
        from rule in Enum.GetValues<MiningRule>()
        where rule != MiningRule.Explicit || batch.Rows % 3 == 0
        from distance in Enum.GetValues<TripletDistance>()
        from reduction in Enum.GetValues<TripletReduction>()
        where !isShort || (distance == TripletDistance.L2 && reduction == TripletReduction.Active)
        select new TripletSettings
        {
            Rule = rule,
            Distance = distance,
            Reduction = reduction,
            Margin = 0.5f,
            Seed = 3,
            Draw = 2,
        };

    /// <summary>The reduction as text.</summary>
    public static string EffectiveReductionName(this TripletSettings settings) =>
        $"{settings.Reduction ?? TripletSettings.ReductionOf(settings.Rule)}";

    static Batch Of(string name, int rows, Func<int, int> label, bool isWhole = false)
    {
        const int width = 4;
        float[] values = Array.ConvertAll(Values.Normal(rows * width, new Random(rows), 0.6), v => (float)v);
        if (isWhole) values = Array.ConvertAll(values, v => MathF.Round(v * 2));
        return new Batch(name, width, values, [.. Enumerable.Range(0, rows).Select(label)]);
    }
}
