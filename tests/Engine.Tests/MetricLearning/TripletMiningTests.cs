using NUnit.Framework;
using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Oracle;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.MetricLearning;

/// <summary>Mining against loops over all triplets, on batches full of ties, duplicates and lonely classes.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class TripletMiningTests(string device) : DeviceFixture(device)
{
    static readonly MiningRule[] Rules =
        [
            MiningRule.Semihard, MiningRule.Facenet, MiningRule.Hard, MiningRule.EasyPositive,
            MiningRule.EasyPositiveHard, MiningRule.BatchAll, MiningRule.AllSemihard, MiningRule.AllHard,
            MiningRule.Angular,
        ];

    [Test]
    public void RandomBatches_MatchTheRules()
    {
        Random random = new(4000);
        // A device's launches take longer than such a batch, and ILGPU's CPU accelerator a tenth of a second for it.
        int batches = Device.Backend is CpuBackend ? 4000 : DeviceName == TestDrivers.Reference ? 60 : 600;
        for (int batch = 0; batch < batches; batch++)
        {
            int n = random.Next(1, 24), d = random.Next(1, 4), classes = random.Next(1, 6);
            // Small whole numbers: distances tie often, and float and double agree about every comparison.
            float[] e = [.. Enumerable.Range(0, n * d).Select(_ => (float)random.Next(4))];
            int[] labels = [.. Enumerable.Range(0, n).Select(_ => random.Next(classes))];
            TripletSettings settings = new()
            {
                Rule = Rules[batch % Rules.Length],
                Distance = random.Next(2) == 0 ? TripletDistance.Squared : TripletDistance.L2,
                Reduction = TripletReduction.Sum,
                Margin = random.Next(5) * 0.5f,
            };
            MatchesOracle(e, labels, settings, $"batch {batch}: {settings}");
        }
    }

    [TestCase(300, 2)] // more positives than are counted linearly
    [TestCase(130, 10)]
    [TestCase(97, 97)]
    [TestCase(50, 1)]
    public void ContinuousBatches_MatchTheRules(int n, int classes)
    {
        Random random = new(n);
        // Sixteenths: sums of their squares are exact, so that float and double agree about every comparison.
        float[] e = Array.ConvertAll(Values.Normal(n * 11, random, 0.3), v => (float)(Math.Round(v * 16) / 16));
        int[] labels = [.. Enumerable.Range(0, n).Select(i => -5 + 3 * (i % classes))];
        MiningRule[] rules = n > 200
            ? [MiningRule.Semihard, MiningRule.EasyPositive, MiningRule.AllSemihard, MiningRule.Angular]
            : Rules;
        foreach (MiningRule rule in rules)
            MatchesOracle(e, labels, new TripletSettings { Rule = rule, Reduction = TripletReduction.Sum }, $"{rule}");
    }

    void MatchesOracle(float[] e, int[] labels, TripletSettings settings, string what)
    {
        int n = labels.Length;
        bool isSquared = settings.Distance == TripletDistance.Squared;
        double[] exact = Array.ConvertAll(e, v => (double)v);
        double[][] distances = TripletRules.Distances(exact, n, isSquared);
        List<TripletRules.Triplet> expected = TripletOracle.Triplets(settings, distances, labels);
        TripletRules.Counts counts = TripletRules.Count(distances, labels, settings.Margin);

        using Step step = Device.BeginStep();
        Tensor embeddings = Device.Tensor(new Shape(n, e.Length / n), e);
        embeddings.RequiresGradient = true;
        Tensor loss = embeddings.TripletLoss(labels, settings, out TripletTable mined);
        step.Backward(loss);
        TripletStatistics statistics = mined.ReadStatistics();
        Close.AreClose([expected.Sum(t => t.Loss)], [loss.ToScalar()], Tolerance.Sum, $"loss of {what}");
        Assert.That(
            (statistics.Hard, statistics.SemiHard, statistics.Easy),
            Is.EqualTo((counts.Hard, counts.SemiHard, counts.Easy)), what);
        Assert.That(statistics.Active, Is.EqualTo(expected.Count(t => t.Loss > 0)), what);
        List<TripletRules.Triplet> chosen = expected;
        if (!settings.TakesEveryTriplet) chosen = CompareTable(mined, expected, distances, what);
        Close.AreClose(TripletRules.Gradient(exact, n, isSquared, chosen, 1), step.Gradients[embeddings].ToArray(),
            Tolerance.Sum, $"gradient of {what}");
    }

    /// <summary>The same pairs with equally far negatives; among equals any index is right.</summary>
    static List<TripletRules.Triplet> CompareTable(
        TripletTable mined, List<TripletRules.Triplet> expected, double[][] distances, string what)
    {
        int[] table = mined.Triplets.ToIntArray();
        float[] losses = mined.Losses.ToArray();
        List<TripletRules.Triplet> actual = [];
        for (int t = 0; t < losses.Length; t++)
            if (table[3 * t + 1] >= 0) // what takes one an anchor leaves anchors out
                actual.Add(new TripletRules.Triplet(table[3 * t], table[3 * t + 1], table[3 * t + 2], losses[t]));
        Assert.That(actual.Select(t => t.Anchor), Is.EqualTo(expected.Select(t => t.Anchor)), $"anchors of {what}");
        for (int i = 0; i < actual.Count; i++)
        {
            double[] row = distances[actual[i].Anchor];
            Assert.That(row[actual[i].Positive], Is.EqualTo(row[expected[i].Positive]), $"positive {i} of {what}");
            Assert.That(actual[i].Negative < 0 ? -1 : row[actual[i].Negative],
                Is.EqualTo(expected[i].Negative < 0 ? -1 : row[expected[i].Negative]).Within(1e-6),
                $"negative {i} of {what}");
        }
        return actual;
    }

    [Test]
    public void RandomSemiHard_ChoosesEverySemiHardNegativeEquallyOften()
    {
        TestDrivers.LeaveOutReference(DeviceName);
        // Distances 1 (positive), then 1.2 .. 1.8 inside the margin, 2.1 outside.
        float[] e = [0, 1, 1.2f, -1.4f, 1.6f, -1.8f, 2.1f, -0.5f];
        int[] labels = [0, 0, 1, 2, 3, 4, 5, 6];
        int[] chosen = new int[8];
        const int Draws = 4000;
        for (ulong draw = 0; draw < Draws; draw++)
        {
            using Step step = Device.BeginStep(record: false);
            TripletSettings settings = new()
            {
                Rule = MiningRule.RandomSemihard,
                Distance = TripletDistance.L2,
                Margin = 1,
                Seed = 5,
                Draw = draw,
            };
            Device.Tensor(new Shape(8, 1), e).TripletLoss(labels, settings, out TripletTable mined);
            chosen[mined.Triplets.ToIntArray()[2]]++;
        }
        Assert.That(chosen[2] + chosen[3] + chosen[4] + chosen[5], Is.EqualTo(Draws));
        foreach (int row in (int[])[2, 3, 4, 5])
            Assert.That(chosen[row], Is.EqualTo(Draws / 4).Within(Draws / 20), $"row {row}");
    }

    [Test]
    public void RandomRule_GradientIsThatOfTheChosenTriplets(
        [Values(MiningRule.RandomSemihard, MiningRule.DistanceWeighted)] MiningRule rule)
    {
        Random random = new(8);
        const int N = 60, D = 7;
        double[] e = Values.Normal(N * D, random, 0.3);
        int[] labels = [.. Enumerable.Range(0, N).Select(i => i % 5)];
        TripletSettings settings = new()
        {
            Rule = rule,
            Reduction = TripletReduction.Sum,
            Margin = 0.5f,
            Seed = 1,
        };
        using Step step = Device.BeginStep();
        Tensor embeddings = Device.Tensor(new Shape(N, D), Values.ToSingle(e));
        embeddings.RequiresGradient = true;
        step.Backward(embeddings.TripletLoss(labels, settings, out TripletTable mined));
        double[][] distances = TripletRules.Distances(e, N, isSquared: true);
        int[] table = mined.Triplets.ToIntArray();
        float[] losses = mined.Losses.ToArray();
        List<TripletRules.Triplet> chosen = [];
        for (int t = 0; t < losses.Length; t++)
        {
            chosen.Add(new TripletRules.Triplet(table[3 * t], table[3 * t + 1], table[3 * t + 2], losses[t]));
            if (table[3 * t + 2] < 0 || rule != MiningRule.RandomSemihard) continue;
            double[] row = distances[table[3 * t]];
            Assert.That(
                row[table[3 * t + 2]], Is.InRange(row[table[3 * t + 1]], row[table[3 * t + 1]] + settings.Margin));
        }
        Assert.That(chosen.Count(t => t.Loss > 0), Is.GreaterThan(20));
        Close.AreClose(
            TripletRules.Gradient(e, N, true, chosen, 1), step.Gradients[embeddings].ToArray(), Tolerance.Sum,
            "gradient");
    }

    [Test]
    public void AnyNumberOfThreads_GivesTheSameBits(
        [Values(MiningRule.Semihard, MiningRule.RandomSemihard, MiningRule.DistanceWeighted, MiningRule.EasyPositive,
            MiningRule.BatchAll)] MiningRule rule)
    {
        if (Device.Backend is not CpuBackend cpu)
        {
            Assert.Ignore("the number of threads is the driver's");
            return;
        }
        Random random = new(1);
        const int N = 170, D = 13;
        float[] e = Values.ToSingle(Values.Normal(N * D, random, 0.3));
        int[] labels = [.. Enumerable.Range(0, N).Select(_ => random.Next(9))];
        float[][] results = [.. new[] { 1, 2, 3 }.Select(threads =>
        {
            using Device other = new("other", new CpuBackend(threads, cpu.Instructions));
            using Step step = other.BeginStep();
            Tensor embeddings = other.Tensor(new Shape(N, D), e);
            embeddings.RequiresGradient = true;
            Tensor loss = embeddings.TripletLoss(labels, new TripletSettings { Rule = rule });
            step.Backward(loss);
            return step.Gradients[embeddings].ToArray().Append(loss.ToScalar()).ToArray();
        })];
        Assert.That(results[1], Is.EqualTo(results[0]));
        Assert.That(results[2], Is.EqualTo(results[0]));
    }

    [Test]
    public void NonFiniteEmbedding_IsNamed_AndMakesTheLossNaN([Values(float.NaN, float.PositiveInfinity)] float value)
    {
        float[] e = Values.ToSingle(Values.Normal(40 * 3, new Random(1)));
        e[17 * 3 + 1] = value;
        int[] labels = [.. Enumerable.Range(0, 40).Select(i => i % 4)];
        foreach (MiningRule rule in Rules)
        {
            using Step step = Device.BeginStep();
            Tensor embeddings = Device.Tensor(new Shape(40, 3), e);
            TripletSettings settings = new() { Rule = rule };
            Tensor loss = embeddings.TripletLoss(labels, settings, out TripletTable mined);
            TripletStatistics statistics = mined.ReadStatistics();
            Assert.That(loss.ToScalar(), Is.NaN);
            Assert.That(statistics.NonFiniteRow, Is.EqualTo(17));
            Assert.That(statistics.Reason(settings), Does.Contain("embedding 17"));
        }
    }

    /// <summary>Positives at NaN are sorted, counted and drawn from as the farthest ones.</summary>
    [Test]
    public void NonFiniteEmbeddings_AmongManyPositives_LeaveTheOthersTheirTriplets(
        [Values(float.NaN, float.PositiveInfinity)] float value, [Values] TripletDistance distance)
    {
        const int N = 150, D = 3;
        const float margin = 1;
        float[] e = Values.ToSingle(Values.Normal(N * D, new Random(1)));
        foreach (int row in new[] { 0, 3, 64, 65, 149 }) e[row * D + 1] = value;
        int[] labels = [.. Enumerable.Range(0, N).Select(i => i % 2)];
        foreach (MiningRule rule in Rules.Append(MiningRule.RandomSemihard).Append(MiningRule.DistanceWeighted))
        {
            using Step step = Device.BeginStep();
            Tensor embeddings = Device.Tensor(new Shape(N, D), e);
            TripletSettings settings = new() { Rule = rule, Distance = distance, Margin = margin, Seed = 7 };
            Tensor loss = embeddings.TripletLoss(labels, settings, out TripletTable mined);
            Assert.That(loss.ToScalar(), Is.NaN, $"{rule}");
            Assert.That(mined.ReadStatistics().NonFiniteRow, Is.Zero, $"{rule}");
            if (rule is not (MiningRule.RandomSemihard or MiningRule.Facenet)) continue;
            int[] triplets = mined.Triplets.ToIntArray();
            int chosen = 0;
            for (int t = 0; t < triplets.Length; t += 3)
            {
                if (triplets[t + 2] < 0) continue;
                chosen++;
                double near = Apart(triplets[t], triplets[t + 1]), far = Apart(triplets[t], triplets[t + 2]);
                Assert.That(far, Is.GreaterThanOrEqualTo(near - 1e-4).And.LessThanOrEqualTo(near + margin + 1e-4));
            }
            Assert.That(chosen, Is.GreaterThan(N), $"{rule}");
        }

        double Apart(int a, int b)
        {
            double sum = Enumerable.Range(0, D).Sum(k => Math.Pow((double)e[a * D + k] - e[b * D + k], 2));
            return distance == TripletDistance.Squared ? sum : Math.Sqrt(sum);
        }
    }

    [Test]
    public void ManyRows_NeedNoMatrix()
    {
        TestDrivers.LeaveOutReference(DeviceName);
        const int N = 12_000, D = 8;
        float[] e = Values.ToSingle(Values.Normal(N * D, new Random(1)));
        int[] labels = [.. Enumerable.Range(0, N).Select(i => i / 10)];
        Run(20); // ILGPU compiles in managed memory
        long allocated = GC.GetTotalAllocatedBytes(), live = Device.Pool.LiveBytes;
        Device.Pool.ResetPeak();
        Run(N);
        long bytes = GC.GetTotalAllocatedBytes() - allocated + Device.Pool.PeakLiveBytes - live;
        Assert.That(bytes, Is.LessThan(20_000_000), "an N x N matrix would have 576 MB");

        void Run(int n)
        {
            using Step step = Device.BeginStep();
            Tensor embeddings = Device.Tensor(new Shape(n, D), e[..(n * D)]);
            embeddings.RequiresGradient = true;
            step.Backward(embeddings.TripletLoss(labels[..n], new TripletSettings()));
        }
    }

    [Test]
    public void WrongOperands_AreNamed()
    {
        using Step step = Device.BeginStep();
        Tensor embeddings = Device.Tensor(new Shape(4, 1), [1f, 2, 3, 4]);
        Assert.That(() => embeddings.TripletLoss([0, 0, 1], new TripletSettings()),
            Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "[TripletLoss] one label a row: embeddings (4, 1), labels (3)"));
        Assert.That(() => embeddings.TripletLoss([], new TripletSettings { Rule = MiningRule.Explicit }),
            Throws.TypeOf<ShapeException>().With.Message.Contains("equal number"));
        Assert.That(() => embeddings.TripletLoss([0, 0, 1, 1], new TripletSettings { Margin = -1 }),
            Throws.TypeOf<ShapeException>().With.Message.Contains("margin"));
    }
}
