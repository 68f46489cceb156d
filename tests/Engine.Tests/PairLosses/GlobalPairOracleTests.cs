using NUnit.Framework;
using TripletGpu.Collectives;
using TripletGpu.Engine.Tests.MetricLearning;
using TripletGpu.Oracle;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.PairLosses;

/// <summary>
/// The mathematics of docs/machines.md for the losses on pairs and on weights of classes, in double precision: a
/// network of one layer, rows of length 1, each rank its rows against everything, counts summed, the embeddings'
/// gradient reduce-scattered, the weights' summed. What others do instead is another gradient, and fails the same
/// comparison.
/// </summary>
public sealed class GlobalPairOracleTests
{
    const int Width = 3, Inputs = 5, MoreClasses = 2;
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

    /// <summary>What stands against what.</summary>
    enum Sides
    {
        Rows,
        RowsAndClasses,
        ClassesAndRows,
    }

    sealed record Loss(Sides Sides, Func<PairRules.Pairs, PairRules.Result> Rule, int SubCenters = 1);

    static readonly Dictionary<string, Loss> losses = new()
    {
        ["contrastive"] = new(Sides.Rows, x => PairRules.Contrastive(x, 1)),
        ["nt-xent"] = new(Sides.Rows, x => PairRules.NtXent(x, 0.3)),
        ["supcon"] = new(Sides.Rows, x => PairRules.SupCon(x, 0.3)),
        ["multi-similarity"] = new(Sides.Rows, x => PairRules.MultiSimilarity(x, 2, 10, 0.5, 0.1)),
        ["circle"] = new(Sides.Rows, x => PairRules.Circle(x, 0.25, 16, x.S)),
        ["arcface"] = new(Sides.RowsAndClasses, x => PairRules.ArcFace(x, 0.5, 16)),
        ["subcenter-arcface"] = new(Sides.RowsAndClasses, x => PairRules.ArcFace(x, 0.5, 16), SubCenters: 3),
        ["cosface"] = new(Sides.RowsAndClasses, x => PairRules.CosFace(x, 0.35, 16)),
        ["proxy-nca"] = new(Sides.RowsAndClasses, x => PairRules.ProxyNca(x, 1, true)),
        ["proxy-anchor"] = new(Sides.ClassesAndRows, x => PairRules.ProxyAnchor(x, 0.1, 8)),
    };

    static IEnumerable<TestCaseData> Exacts => from loss in losses.Keys
                                               from size in (int[])[1, 2, 3, 4, 7]
                                               select new TestCaseData(loss, size);

    [TestCaseSource(nameof(Exacts))]
    public void Exact_IsTheGradientOfOneProcess(string loss, int size)
    {
        foreach (GlobalBatches.Batch batch in GlobalBatches.All)
            Assert.That(
                Error(batch, losses[loss], size, Variant.Exact), Is.LessThanOrEqualTo(Allowed), batch.Name);
    }

    [TestCase(Variant.MeanOfGradients)]
    [TestCase(Variant.DetachedReferences)]
    [TestCase(Variant.LocalDenominators)]
    [TestCase(Variant.NoGather)]
    public void Others_AreAnotherGradient(Variant variant)
    {
        GlobalBatches.Batch uneven = GlobalBatches.All.Single(batch => batch.Name == "uneven");
        foreach ((string name, Loss loss) in losses)
        {
            // Of one's own rows against weights that everybody has, nothing is gathered or detached.
            if (loss.Sides == Sides.RowsAndClasses
                && variant is Variant.DetachedReferences or Variant.NoGather) continue;
            double error = Error(uneven, loss, 4, variant);
            TestContext.Out.WriteLine($"{name}, {variant}: {error:P1} off");
            // Proxies are dealt out evenly: five of them by four ranks, of which each counts.
            Assert.That(error, Is.GreaterThan(1e-3), name);
        }
    }

    /// <summary>The largest difference of a weight's gradient, by the largest gradient.</summary>
    static double Error(GlobalBatches.Batch batch, Loss loss, int size, Variant variant)
    {
        int[] known = [.. batch.Labels.Distinct()], labels = [.. batch.Labels.Select(l => Array.IndexOf(known, l))];
        Problem problem = new(
            loss, Values.Normal(batch.Rows * Inputs, new Random(1)), labels,
            Values.Normal(Inputs * Width, new Random(2), 0.5),
            Values.Normal((known.Length + MoreClasses) * loss.SubCenters * Width, new Random(3)));
        double[] expected = [], actual = [];
        ThreadCollective.Run(1, one => expected = problem.Gradient(one, Variant.Exact));
        ThreadCollective.Run(size, ranks =>
        {
            double[] gradient = problem.Gradient(ranks, variant);
            if (ranks.Rank == size - 1) actual = gradient;
        });
        double largest = Math.Max(1e-300, expected.Max(Math.Abs));
        return expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max() / largest;
    }

    /// <summary>A batch, a layer and weights of classes.</summary>
    sealed record Problem(Loss Loss, double[] Inputs, int[] Labels, double[] Layer, double[] Classes)
    {
        const int Into = GlobalPairOracleTests.Inputs;

        int[] ClassLabels => [.. Enumerable.Range(0, Classes.Length / Width / Loss.SubCenters)];

        /// <summary>Of the layer, then of the classes' weights; one rank is one process.</summary>
        public double[] Gradient(ICollective ranks, Variant variant)
        {
            BatchShare share = new(ranks, Labels.Length);
            int first = share.First, count = share.Count;
            double[] ownInputs = Inputs[(first * Into)..((first + count) * Into)], own = Times(ownInputs, Layer);
            int[] counts = Array.ConvertAll(share.Counts, rows => rows * Width);
            double[] all = new double[Labels.Length * Width], ofClasses = new double[Classes.Length];
            ranks.AllGather<double>(own, all, counts);
            double[] ofAll = Part(ranks, share, variant, all, ofClasses), ofOwn = new double[own.Length];
            if (variant == Variant.DetachedReferences)
                ofOwn = ofAll[(first * Width)..((first + count) * Width)];
            else ranks.ReduceScatter<double>(ofAll, ofOwn, counts);
            double[] sum = [.. TransposeTimes(ownInputs, ofOwn), .. ofClasses];
            ranks.AllReduceSum(sum.AsSpan());
            if (variant is Variant.MeanOfGradients or Variant.NoGather)
                for (int i = 0; i < sum.Length; i++) sum[i] /= ranks.Size;
            return sum;
        }

        /// <summary>This rank's part of the gradient of all embeddings and of the classes' weights.</summary>
        double[] Part(ICollective ranks, BatchShare share, Variant variant, double[] all, double[] ofClasses)
        {
            double[] x = Unit(all), classes = Unit(Classes);
            double[] ofX = new double[x.Length], ofC = new double[classes.Length];
            bool hasClassRows = Loss.Sides == Sides.ClassesAndRows;
            int total = hasClassRows ? ClassLabels.Length : Labels.Length;
            int first = Shares.First(total, ranks.Rank, ranks.Size);
            int end = Shares.First(total, ranks.Rank + 1, ranks.Size);
            // Without gathering, a rank's columns are its own rows.
            (int from, int to) = variant == Variant.NoGather ? (share.First, share.First + share.Count)
                : (0, Labels.Length);
            if (variant == Variant.NoGather && hasClassRows) (first, end) = (0, total);
            (double[] rows, int[] rowLabels, double[] ofRows) = hasClassRows
                ? (classes, ClassLabels, ofC) : (x, Labels, ofX);
            (double[] columns, int[] columnLabels, double[] ofColumns) = Loss.Sides == Sides.RowsAndClasses
                ? (classes, ClassLabels, ofC)
                : (x[(from * Width)..(to * Width)], Labels[from..to], new double[(to - from) * Width]);
            double[,] s = Similarities(rows, first, end, columns, out int[,] nearest);
            PairRules.Pairs pairs = new(s, rowLabels[first..end], columnLabels, Loss.Sides == Sides.Rows)
            {
                FirstRow = first - from,
            };
            PairRules.Counts own = Loss.Rule(pairs).Counts;
            double[] counted = [own.First, own.Second];
            if (variant is Variant.LocalDenominators)
                for (int i = 0; i < counted.Length; i++) counted[i] *= ranks.Size;
            else if (variant != Variant.NoGather) ranks.AllReduceSum(counted.AsSpan());
            double[,] slopes =
                Loss.Rule(pairs with { Divisors = new PairRules.Counts(counted[0], counted[1]) }).Slopes;
            for (int i = first; i < end; i++)
                for (int j = 0; j < columnLabels.Length; j++)
                    for (int k = 0; k < Width; k++)
                    {
                        int at = nearest[i - first, j] * Width + k;
                        ofRows[i * Width + k] += slopes[i - first, j] * columns[at];
                        ofColumns[at] += slopes[i - first, j] * rows[i * Width + k];
                    }
            if (Loss.Sides != Sides.RowsAndClasses)
                for (int i = 0; i < ofColumns.Length; i++) ofX[from * Width + i] += ofColumns[i];
            OfUnit(Classes, ofC).CopyTo(ofClasses, 0);
            return OfUnit(all, ofX);
        }

        double[,] Similarities(double[] rows, int first, int end, double[] columns, out int[,] nearest)
        {
            int each = Loss.Sides == Sides.RowsAndClasses ? Loss.SubCenters : 1, m = columns.Length / Width / each;
            double[,] s = new double[end - first, m];
            nearest = new int[end - first, m];
            for (int i = first; i < end; i++)
                for (int j = 0; j < m; j++)
                {
                    s[i - first, j] = double.NegativeInfinity;
                    for (int c = j * each; c < (j + 1) * each; c++)
                    {
                        double sum = 0;
                        for (int k = 0; k < Width; k++) sum += rows[i * Width + k] * columns[c * Width + k];
                        if (sum > s[i - first, j]) (s[i - first, j], nearest[i - first, j]) = (sum, c);
                    }
                }
            return s;
        }
    }

    /// <summary>Rows of length 1.</summary>
    static double[] Unit(double[] x)
    {
        double[] y = [.. x];
        for (int i = 0; i < x.Length; i += Width)
        {
            double length = Length(x, i);
            for (int k = i; k < i + Width; k++) y[k] /= length;
        }
        return y;
    }

    /// <summary>The gradient of rows from that of the same at length 1.</summary>
    static double[] OfUnit(double[] x, double[] dy)
    {
        double[] dx = new double[x.Length];
        for (int i = 0; i < x.Length; i += Width)
        {
            double length = Length(x, i), along = 0;
            for (int k = i; k < i + Width; k++) along += x[k] * dy[k] / length;
            for (int k = i; k < i + Width; k++) dx[k] = (dy[k] - along * x[k] / length) / length;
        }
        return dx;
    }

    static double Length(double[] x, int at) => Math.Sqrt(x.Skip(at).Take(Width).Sum(v => v * v));

    static double[] Times(double[] inputs, double[] layer)
    {
        double[] y = new double[inputs.Length / Inputs * Width];
        for (int i = 0; i < inputs.Length / Inputs; i++)
            for (int j = 0; j < Width; j++)
                for (int k = 0; k < Inputs; k++)
                    y[i * Width + j] += inputs[i * Inputs + k] * layer[k * Width + j];
        return y;
    }

    static double[] TransposeTimes(double[] inputs, double[] gradient)
    {
        double[] sums = new double[Inputs * Width];
        for (int i = 0; i < inputs.Length / Inputs; i++)
            for (int j = 0; j < Width; j++)
                for (int k = 0; k < Inputs; k++)
                    sums[k * Width + j] += inputs[i * Inputs + k] * gradient[i * Width + j];
        return sums;
    }
}
