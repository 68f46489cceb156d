using NUnit.Framework;
using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.MetricLearning;

[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class NearestNeighboursTests(string device) : DeviceFixture(device)
{
    [TestCase(1, 1, 1, 1)]
    [TestCase(5, 3, 2, 7)] // more neighbours asked for than there are
    [TestCase(33, 200, 17, 5)]
    [TestCase(50, 5000, 3, 30)] // more than one chunk of references
    public void NearestNeighbours_MatchAFullSort(int q, int r, int d, int k)
    {
        Random random = new(q);
        // Small whole numbers, so that many distances are equal and every one is exact.
        float[] queries = Whole(q * d, random), references = Whole(r * d, random);
        using Step step = Device.BeginStep(record: false);
        (Tensor indices, Tensor distances) =
            Device.Tensor(new Shape(q, d), queries).NearestNeighbours(Device.Tensor(new Shape(r, d), references), k);
        int[] actual = indices.ToIntArray();
        float[] actualDistances = distances.ToArray();
        for (int i = 0; i < q; i++)
        {
            (int[] rows, float[] expected) = Sorted(queries.AsSpan(i * d, d).ToArray(), references, k, except: -1);
            Assert.That(actual.AsSpan(i * k, k).ToArray(), Is.EqualTo(rows), $"query {i}");
            Assert.That(actualDistances.AsSpan(i * k, k).ToArray(), Is.EqualTo(expected), $"query {i}");
        }
    }

    [TestCase(3, 1)]
    [TestCase(128, 1000)] // long rows almost all of whose length they share: the expanded product cancels
    [TestCase(700, 3)] // more than one block of the depth
    public void NearDuplicates_AreInTheOrderOfTheirDifferences(int d, float offset)
    {
        const int Q = 40, R = 3000, K = 8;
        Random random = new(d);
        float[] references = [.. Enumerable.Range(0, R * d).Select(_ => offset + random.NextSingle() - 0.5f)];
        float[] queries = new float[Q * d];
        for (int i = 0; i < Q; i++)
        {
            references.AsSpan(i * d, d).CopyTo(queries.AsSpan(i * d));
            // Neighbours a few units in the last place away, and one that is equal.
            for (int c = 0; c < K; c++)
            {
                Span<float> copy = references.AsSpan((1000 + i * K + c) * d, d);
                queries.AsSpan(i * d, d).CopyTo(copy);
                for (int j = 0; j < c; j++) copy[j % d] = MathF.BitIncrement(copy[j % d]);
            }
        }
        using Step step = Device.BeginStep(record: false);
        (Tensor indices, Tensor distances) =
            Device.Tensor(new Shape(Q, d), queries).NearestNeighbours(Device.Tensor(new Shape(R, d), references), K);
        int[] actual = indices.ToIntArray();
        float[] actualDistances = distances.ToArray();
        for (int i = 0; i < Q; i++)
        {
            (int[] rows, float[] expected) = Sorted(queries.AsSpan(i * d, d).ToArray(), references, K, except: -1);
            Assert.That(actual.AsSpan(i * K, K).ToArray(), Is.EqualTo(rows), $"query {i}");
            for (int c = 0; c < K; c++)
                Assert.That(actualDistances[i * K + c], Is.EqualTo(expected[c]).Within(1e-6 * expected[c]));
        }
    }

    [Test]
    public void SameSet_LeavesOutOnlyTheRowItself()
    {
        const int N = 100, D = 2, K = 4;
        float[] rows = Whole(N * D, new Random(1));
        using Step step = Device.BeginStep(record: false);
        Tensor set = Device.Tensor(new Shape(N, D), rows);
        int[] actual = set.NearestNeighbours(set, K, isSameSet: true).Indices.ToIntArray();
        for (int i = 0; i < N; i++)
            Assert.That(actual.AsSpan(i * K, K).ToArray(),
                Is.EqualTo(Sorted(rows.AsSpan(i * D, D).ToArray(), rows, K, except: i).Rows), $"row {i}");
    }

    [Test]
    public void PartByPart_TheResultIsThatOfAllAtOnce()
    {
        const int Q = 70, R = 1000, D = 5, K = 6;
        Random random = new(2);
        float[] queries = Whole(Q * D, random), references = Whole(R * D, random);
        using Step step = Device.BeginStep(record: false);
        Tensor q = Device.Tensor(new Shape(Q, D), queries);
        (Tensor indices, Tensor distances) = q.NearestNeighbours(Device.Tensor(new Shape(R, D), references), K);
        Tensor rows = Device.Empty(new Shape(Q, K), ElementType.Int32), nearest = Device.Empty(new Shape(Q, K));
        for (int first = 0, count; first < R; first += count)
        {
            count = Math.Min(first == 0 ? 3 : 333, R - first);
            q.GoOnWithNearestNeighbours(
                Device.Tensor(new Shape(count, D), references.AsSpan(first * D, count * D)), first, rows, nearest);
        }
        Assert.That(rows.ToIntArray(), Is.EqualTo(indices.ToIntArray()));
        Assert.That(nearest.ToArray(), Is.EqualTo(distances.ToArray()));
    }

    [Test]
    public void WrongOperands_AreNamed()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor a = Device.Tensor(new Shape(2, 3), new float[6]), b = Device.Tensor(new Shape(2, 2), new float[4]);
        Assert.That(() => a.NearestNeighbours(b, 1), Throws.ArgumentException.With.Message.Contains("(2, 3)"));
        Assert.That(() => a.NearestNeighbours(a, 0), Throws.ArgumentException.With.Message.Contains("at least 1"));
    }

    static float[] Whole(int count, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-4, 5))];

    static (int[] Rows, float[] Distances) Sorted(float[] query, float[] references, int k, int except)
    {
        int d = query.Length;
        (int Row, float Distance)[] all = [.. Enumerable.Range(0, references.Length / d).Where(r => r != except)
            .Select(r => (r, query.Select((v, j) => (v - references[r * d + j]) * (v - references[r * d + j])).Sum()))
            .OrderBy(t => t.Item2).ThenBy(t => t.r).Take(k)];
        IEnumerable<int> missing = Enumerable.Range(0, k - all.Length);
        return ([.. all.Select(t => t.Row), .. missing.Select(_ => -1)],
            [.. all.Select(t => t.Distance), .. missing.Select(_ => float.PositiveInfinity)]);
    }
}
