using NUnit.Framework;
using TripletGpu.Autograd;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Oracle;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.MetricLearning;

/// <summary>Distance-weighted sampling against its density in double.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class DistanceWeightedTests(string device) : DeviceFixture(device)
{
    const int N = 64;

    /// <summary>
    /// 4,032 draws of an anchor (63 positives' in each of 64 batches): how often each negative comes is within what
    /// chance allows, five standard deviations and a few.
    /// </summary>
    [Test]
    public void Negatives_ComeAsOftenAsTheirDensitySays(
        [Values(2, 3, 16, 128)] int dimension, [Values] TripletDistance distance)
    {
        TestDrivers.LeaveOutReference(DeviceName);
        double[] e = Sphere(2 * N, dimension, spread: dimension > 3 ? 0.8 : 0.4);
        int[] labels = [.. Enumerable.Range(0, 2 * N).Select(i => i < N ? 0 : i)];
        double[] expected = TripletRules.DistanceWeights(
            TripletRules.Distances(e, 2 * N, isSquared: false), labels, 0, dimension);
        const int batches = 64, draws = batches * (N - 1);
        int[] counts = new int[2 * N];
        for (ulong draw = 0; draw < batches; draw++)
        {
            int[] triplets = Mine(e, labels, dimension, distance, draw, out _);
            for (int t = 0; t < N - 1; t++) counts[triplets[3 * t + 2]]++;
        }
        for (int row = 0; row < 2 * N; row++)
        {
            double mean = draws * expected[row], deviation = Math.Sqrt(mean * (1 - expected[row]));
            Assert.That(counts[row], Is.EqualTo(mean).Within(5 * deviation + 3), $"row {row}");
        }
        Assert.That(expected.Max(), Is.GreaterThan(1.05 * expected.Where(p => p > 0).Min()), "not all alike");
    }

    [Test]
    public void NegativesBeyondTheCutoff_AreTakenEvenly_AsAFallback()
    {
        // The anchors at one pole, all negatives near the other: 1.4 apart and more.
        const int dimension = 4;
        double[] e = new double[2 * N * dimension];
        Random random = new(3);
        for (int i = 0; i < 2 * N; i++)
        {
            for (int k = 1; k < dimension; k++) e[i * dimension + k] = 0.3 * (random.NextDouble() - 0.5);
            double rest = 1 - Enumerable.Range(1, dimension - 1).Sum(k => e[i * dimension + k] * e[i * dimension + k]);
            e[i * dimension] = (i < N ? 1 : -1) * Math.Sqrt(rest);
        }
        int[] labels = [.. Enumerable.Range(0, 2 * N).Select(i => i < N ? 0 : i)];
        int[] counts = new int[2 * N];
        const int batches = 8;
        for (ulong draw = 0; draw < batches; draw++)
        {
            int[] triplets = Mine(
                e, labels, dimension, TripletDistance.Squared, draw, out TripletStatistics statistics);
            Assert.That(statistics.Fallback, Is.EqualTo(statistics.Pairs));
            for (int t = 0; t < triplets.Length / 3; t++) counts[triplets[3 * t + 2]]++;
        }
        double mean = batches * (N - 1.0);
        for (int row = 0; row < 2 * N; row++)
            Assert.That(counts[row], Is.EqualTo(row < N ? 0 : mean).Within(6 * Math.Sqrt(mean)), $"row {row}");
    }

    [Test]
    public void OneElement_IsRefused()
    {
        using Step step = Device.BeginStep();
        Tensor embeddings = Device.Tensor(new Shape(4, 1), [1f, 1, -1, -1]);
        Assert.That(
            () => embeddings.TripletLoss([0, 0, 1, 1], new TripletSettings { Rule = MiningRule.DistanceWeighted }),
            Throws.TypeOf<ShapeException>().With.Message.Contains("2 elements or more: (4, 1)"));
    }

    int[] Mine(
        double[] e, int[] labels, int dimension, TripletDistance distance, ulong draw, out TripletStatistics statistics)
    {
        using Step step = Device.BeginStep(record: false);
        TripletSettings settings = new()
        {
            Rule = MiningRule.DistanceWeighted,
            Distance = distance,
            Seed = 5,
            Draw = draw,
        };
        Tensor embeddings = Device.Tensor(new Shape(labels.Length, dimension), Values.ToSingle(e));
        embeddings.TripletLoss(labels, settings, out TripletTable mined);
        statistics = mined.ReadStatistics();
        return mined.Triplets.ToIntArray();
    }

    /// <summary>Points of length 1 around a pole, some near and some far.</summary>
    static double[] Sphere(int n, int dimension, double spread)
    {
        double[] e = Values.Normal(n * dimension, new Random(dimension), spread / Math.Sqrt(dimension));
        for (int i = 0; i < n; i++)
        {
            Span<double> row = e.AsSpan(i * dimension, dimension);
            row[0] += 1;
            double length = 0;
            foreach (double x in row) length += x * x;
            foreach (ref double x in row) x /= Math.Sqrt(length);
        }
        return e;
    }
}
