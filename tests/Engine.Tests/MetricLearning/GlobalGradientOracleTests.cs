using NUnit.Framework;
using TripletGpu.Collectives;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Oracle;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.MetricLearning;

/// <summary>
/// The mathematics of docs/machines.md in double precision: a network of one layer, its embeddings gathered, each
/// rank's anchors against everybody, (loss, N) summed, the embeddings' gradient reduce-scattered, the weights' summed.
/// What others do instead is another gradient, and fails the same comparison.
/// </summary>
public sealed class GlobalGradientOracleTests
{
    const int Width = 3, Inputs = 5;
    const double Allowed = 1e-12;

    /// <summary>The right way, and the wrong ones that are in use.</summary>
    public enum Variant
    {
        Exact,
        MeanOfGradients,
        DetachedReferences,
        LocalDenominators,
        NoGather,
    }

    static readonly int[] Sizes = [1, 2, 3, 4, 7];

    [TestCaseSource(nameof(Sizes))]
    public void Exact_IsTheGradientOfOneProcess(int size)
    {
        foreach (GlobalBatches.Batch batch in GlobalBatches.All)
            foreach (TripletSettings settings in Deterministic(batch))
                Assert.That(
                    Error(batch, settings, size, Variant.Exact), Is.LessThanOrEqualTo(Allowed),
                    $"{batch.Name}, {settings}");
    }

    [TestCase(Variant.MeanOfGradients)]
    [TestCase(Variant.DetachedReferences)]
    [TestCase(Variant.LocalDenominators)]
    [TestCase(Variant.NoGather)]
    public void Others_AreAnotherGradient(Variant variant)
    {
        TripletSettings settings = new() { Rule = MiningRule.BatchAll, Margin = 0.5f };
        double error = Error(GlobalBatches.All[0], settings, 4, variant);
        TestContext.Out.WriteLine($"{variant}: {error:P1} off");
        Assert.That(error, Is.GreaterThan(1e-3));
    }

    static IEnumerable<TripletSettings> Deterministic(GlobalBatches.Batch batch) =>
        GlobalBatches.Settings(batch).Where(
            settings => settings.Rule is not (MiningRule.RandomSemihard or MiningRule.DistanceWeighted));

    /// <summary>The largest difference of a weight's gradient, by the largest gradient.</summary>
    static double Error(GlobalBatches.Batch batch, TripletSettings settings, int size, Variant variant)
    {
        double[] inputs = Values.Normal(batch.Rows * Inputs, new Random(1));
        double[] weights = Values.Normal(Inputs * Width, new Random(2), 0.5);
        double[] expected = OneProcess(inputs, weights, batch.Labels, settings);
        double[] actual = [];
        ThreadCollective.Run(size, ranks =>
        {
            double[] gradient = OfRank(ranks, inputs, weights, batch.Labels, settings, variant);
            if (ranks.Rank == size - 1) actual = gradient;
        });
        double largest = Math.Max(1e-300, expected.Max(Math.Abs));
        return expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() / largest;
    }

    static double[] OneProcess(double[] inputs, double[] weights, int[] labels, TripletSettings settings)
    {
        double[] embeddings = Embed(inputs, weights);
        List<TripletRules.Triplet> triplets = Triplets(embeddings, labels, settings);
        double[] gradient = TripletRules.Gradient(
            embeddings, labels.Length, IsSquared(settings), triplets, Divisor(settings, triplets, embeddings, labels));
        return OfWeights(inputs, gradient);
    }

    static double[] OfRank(
        ICollective ranks, double[] inputs, double[] weights, int[] labels, TripletSettings settings, Variant variant)
    {
        BatchShare share = new(ranks, labels.Length);
        int first = share.First, count = share.Count;
        double[] ownInputs = inputs[(first * Inputs)..((first + count) * Inputs)], own = Embed(ownInputs, weights);
        int[] counts = Array.ConvertAll(share.Counts, rows => rows * Width);
        double[] ownGradient;
        if (variant == Variant.NoGather)
        {
            int[] ownLabels = labels[first..(first + count)];
            List<TripletRules.Triplet> local = Triplets(own, ownLabels, settings);
            ownGradient = TripletRules.Gradient(
                own, count, IsSquared(settings), local, Divisor(settings, local, own, ownLabels));
        }
        else
        {
            double[] all = new double[labels.Length * Width];
            ranks.AllGather(own, all.AsSpan(), counts);
            List<TripletRules.Triplet> chosen = Triplets(all, labels, settings);
            int anchors = settings.Rule == MiningRule.Explicit ? labels.Length / 3 : labels.Length;
            int from = Shares.First(anchors, ranks.Rank, ranks.Size);
            int end = Shares.First(anchors, ranks.Rank + 1, ranks.Size);
            List<TripletRules.Triplet> mine = [.. chosen.Where(t => t.Anchor >= from && t.Anchor < end)];
            double[] parts = [Count(settings, mine, all, labels, from, end)];
            if (variant != Variant.LocalDenominators) ranks.AllReduceSum(parts.AsSpan());
            double divisor = Reduction(settings) == TripletReduction.Sum ? 1 : Math.Max(1, parts[0]);
            if (variant == Variant.LocalDenominators) divisor *= ranks.Size;
            double[] partOfAll = TripletRules.Gradient(all, labels.Length, IsSquared(settings), mine, divisor);
            ownGradient = new double[count * Width];
            if (variant == Variant.DetachedReferences)
                ownGradient = partOfAll[(first * Width)..((first + count) * Width)];
            else ranks.ReduceScatter(partOfAll, ownGradient.AsSpan(), counts);
        }
        double[] sum = OfWeights(ownInputs, ownGradient);
        ranks.AllReduceSum(sum.AsSpan());
        if (variant is Variant.MeanOfGradients or Variant.NoGather)
            for (int i = 0; i < sum.Length; i++) sum[i] /= ranks.Size;
        return sum;
    }

    static bool IsSquared(TripletSettings settings) => settings.Distance == TripletDistance.Squared;

    static TripletReduction Reduction(TripletSettings settings) =>
        settings.Reduction ?? TripletSettings.ReductionOf(settings.Rule);

    static List<TripletRules.Triplet> Triplets(double[] embeddings, int[] labels, TripletSettings settings) =>
        TripletOracle.Triplets(
            settings, TripletRules.Distances(embeddings, labels.Length, IsSquared(settings)), labels);

    static double Divisor(
        TripletSettings settings, List<TripletRules.Triplet> triplets, double[] embeddings, int[] labels) =>
        Reduction(settings) == TripletReduction.Sum
            ? 1 : Math.Max(1, Count(settings, triplets, embeddings, labels, 0, labels.Length));

    /// <summary>What the divisor counts among the anchors of a range.</summary>
    static double Count(
        TripletSettings settings, List<TripletRules.Triplet> triplets, double[] embeddings, int[] labels, int from,
        int end)
    {
        if (Reduction(settings) == TripletReduction.Active) return triplets.Count(t => t.Loss > 0);
        if (!settings.TakesEveryTriplet) return triplets.Count;
        double[][] distances = TripletRules.Distances(embeddings, labels.Length, IsSquared(settings));
        return TripletRules.All(distances, labels, settings.Margin).Count(t => t.Anchor >= from && t.Anchor < end);
    }

    /// <summary>Rows of inputs times weights.</summary>
    static double[] Embed(double[] inputs, double[] weights)
    {
        int rows = inputs.Length / Inputs;
        double[] embeddings = new double[rows * Width];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < Width; j++)
                for (int k = 0; k < Inputs; k++)
                    embeddings[i * Width + j] += inputs[i * Inputs + k] * weights[k * Width + j];
        return embeddings;
    }

    /// <summary>The transpose of the inputs times the gradient of the embeddings.</summary>
    static double[] OfWeights(double[] inputs, double[] gradient)
    {
        int rows = inputs.Length / Inputs;
        double[] sums = new double[Inputs * Width];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < Width; j++)
                for (int k = 0; k < Inputs; k++)
                    sums[k * Width + j] += inputs[i * Inputs + k] * gradient[i * Width + j];
        return sums;
    }
}
