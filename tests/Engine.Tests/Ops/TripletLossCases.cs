using TripletGpu.Engine.Tests.MetricLearning;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Oracle;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>The triplet loss under every rule that makes no random choice, against loops over all triplets.</summary>
public static class TripletLossCases
{
    public static IEnumerable<OpCase> Cases =>
    [
        Mined(MiningRule.Semihard, TripletDistance.Squared, null, 13, 5),
        Mined(MiningRule.Semihard, TripletDistance.L2, null, 40, 33),
        Mined(MiningRule.Semihard, TripletDistance.Squared, TripletReduction.Sum, 5, 1),
        Mined(MiningRule.Facenet, TripletDistance.Squared, null, 31, 4),
        Mined(MiningRule.Facenet, TripletDistance.L2, TripletReduction.Pairs, 17, 16),
        Mined(MiningRule.Hard, TripletDistance.Squared, null, 26, 7),
        Mined(MiningRule.Hard, TripletDistance.L2, TripletReduction.Active, 26, 19),
        Mined(MiningRule.EasyPositive, TripletDistance.Squared, null, 26, 7),
        Mined(MiningRule.EasyPositive, TripletDistance.L2, TripletReduction.Pairs, 26, 19),
        Mined(MiningRule.EasyPositiveHard, TripletDistance.Squared, TripletReduction.Pairs, 31, 4),
        Mined(MiningRule.EasyPositiveHard, TripletDistance.L2, null, 26, 7),
        Mined(MiningRule.BatchAll, TripletDistance.Squared, null, 14, 6),
        Mined(MiningRule.BatchAll, TripletDistance.L2, TripletReduction.Pairs, 51, 40),
        Mined(MiningRule.AllSemihard, TripletDistance.L2, null, 30, 9),
        Mined(MiningRule.AllHard, TripletDistance.L2, null, 30, 9),
        Mined(MiningRule.Angular, TripletDistance.Squared, null, 19, 6),
        Mined(MiningRule.Angular, TripletDistance.L2, null, 30, 9),
        // More rows than a group has items, and more triplets than are counted or scanned by one. Among so many some
        // choice or hinge flips within any difference: the smaller cases show the derivative.
        Mined(MiningRule.Semihard, TripletDistance.Squared, null, 130, 3) with { IsSmooth = false },
        Mined(MiningRule.Facenet, TripletDistance.L2, null, 130, 5) with { IsSmooth = false },
        Mined(MiningRule.BatchAll, TripletDistance.Squared, null, 129, 2) with { IsSmooth = false },
        Explicit(TripletDistance.Squared, null, 600, 2),
        Explicit(TripletDistance.Squared, null, 7, 5),
        Explicit(TripletDistance.L2, TripletReduction.Active, 4, 35),
    ];

    static OpCase Mined(MiningRule rule, TripletDistance distance, TripletReduction? reduction, int n, int d)
    {
        TripletSettings settings = new() { Rule = rule, Distance = distance, Reduction = reduction, Margin = 1 };
        int[] labels = [.. Enumerable.Range(0, n).Select(i => i * 7 % 10 % 4)];
        OpCase c = Case(
            settings, TripletTable.RowsFor(settings, labels, n), [new Shape(n, d), new Shape(n)], n, labels);
        return c with
        {
            IntegerInputs = new HashSet<int> { 1 },
            Draw = (i, count, random) =>
                i == 0 ? Values.Normal(count, random) : Array.ConvertAll(labels, l => (double)l),
        };
    }

    static OpCase Explicit(TripletDistance distance, TripletReduction? reduction, int m, int d)
    {
        TripletSettings settings = new()
        {
            Rule = MiningRule.Explicit,
            Distance = distance,
            Reduction = reduction,
            Margin = 0.5f,
        };
        return Case(settings, m, [new Shape(3 * m, d)], 3 * m, []);
    }

    static OpCase Case(TripletSettings settings, int rows, Shape[] inputs, int n, int[] labels)
    {
        bool isSquared = settings.Distance == TripletDistance.Squared;
        return new OpCase(
            $"TripletLoss {settings.Rule} {settings.Distance} {settings.Reduction} {inputs[0]}",
            new TripletLoss(settings, rows), inputs,
            x => [TripletOracle.Loss(settings, TripletRules.Distances(x[0], n, isSquared), labels)],
            (x, dy) =>
            {
                double[][] distances = TripletRules.Distances(x[0], n, isSquared);
                List<TripletRules.Triplet> triplets = TripletOracle.Triplets(settings, distances, labels);
                double divisor = TripletOracle.Divisor(settings, triplets);
                double[] gradient = TripletRules.Gradient(x[0], n, isSquared, triplets, divisor);
                double[]?[] all = new double[]?[inputs.Length];
                all[0] = Array.ConvertAll(gradient, g => g * dy[0]);
                return all;
            },
            Tolerance.Sum);
    }
}
