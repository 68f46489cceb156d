using NUnit.Framework;
using TripletGpu.Collectives;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Collectives;

/// <summary>The operations on ranks that are threads, with parts of every length.</summary>
public sealed class ThreadCollectiveTests
{
    static readonly int[] Sizes = [1, 2, 3, 4, 7];

    [TestCaseSource(nameof(Sizes))]
    public void AllGather_PutsRanksInOrder(int size) => ThreadCollective.Run(size, ranks =>
    {
        int[] counts = [.. Enumerable.Range(0, size).Select(rank => rank % 3)]; // some have nothing
        int[] own = [.. Enumerable.Repeat(ranks.Rank, counts[ranks.Rank])], all = new int[counts.Sum()];
        ranks.AllGather(own, all.AsSpan(), counts);
        Assert.That(all, Is.EqualTo(Enumerable.Range(0, size).SelectMany(rank => Enumerable.Repeat(rank, rank % 3))));
    });

    [TestCaseSource(nameof(Sizes))]
    public void ReduceScatter_GivesEachRankItsSums(int size) => ThreadCollective.Run(size, ranks =>
    {
        int[] counts = [.. Enumerable.Range(0, size).Select(rank => 2 * rank + (rank == 1 ? 17 : 0))];
        double[] all = [.. Enumerable.Range(0, counts.Sum()).Select(i => i + 1000.0 * ranks.Rank)];
        double[] own = new double[counts[ranks.Rank]];
        ranks.ReduceScatter(all, own.AsSpan(), counts);
        int first = counts.Take(ranks.Rank).Sum();
        double others = 1000.0 * (size * (size - 1) / 2);
        Assert.That(own, Is.EqualTo(Enumerable.Range(first, own.Length).Select(i => size * (double)i + others)));
    });

    // Short sums are gathered, long ones scattered first: both add in the order of ranks.
    [TestCase(3, 5)]
    [TestCase(3, 20_001)]
    [TestCase(7, 5)]
    [TestCase(7, 20_001)]
    public void AllReduceSum_AddsInTheOrderOfRanks(int size, int count)
    {
        float[][] parts =
        [
            .. Enumerable.Range(0, size).Select(rank =>
                Array.ConvertAll(Values.Normal(count, new Random(rank), 1e3), v => (float)v)),
        ];
        float[] expected = new float[count];
        for (int i = 0; i < count; i++)
        {
            expected[i] = parts[0][i];
            for (int rank = 1; rank < size; rank++) expected[i] += parts[rank][i];
        }
        ThreadCollective.Run(size, ranks =>
        {
            float[] values = [.. parts[ranks.Rank]], later = [.. parts[ranks.Rank]], few = parts[ranks.Rank][..2];
            PendingSum pending = ranks.BeginAllReduceSum(later, few);
            pending.Wait();
            ranks.AllReduceSum(values.AsSpan());
            Assert.That(values, Is.EqualTo(expected), "bit for bit");
            Assert.That(later, Is.EqualTo(expected), "bit for bit");
            Assert.That(few, Is.EqualTo(expected[..2]), "bit for bit");
        });
    }

    [TestCaseSource(nameof(Sizes))]
    public void Others_DoWhatTheySay(int size) => ThreadCollective.Run(size, ranks =>
    {
        long[] most = [ranks.Rank, -ranks.Rank, 5];
        ranks.AllReduceMax(most.AsSpan());
        Assert.That(most, Is.EqualTo(new long[] { size - 1, 0, 5 }));
        int[] told = [ranks.Rank, ranks.Rank + 1];
        ranks.Broadcast(told.AsSpan(), size - 1);
        Assert.That(told, Is.EqualTo(new[] { size - 1, size }));
        ranks.Barrier();
    });

    [Test]
    public void Traffic_IsThatOfTheFormulas() => ThreadCollective.Run(4, ranks =>
    {
        const int count = 100_000;
        ranks.AllReduceSum(new float[count].AsSpan());
        Assert.That(ranks.BytesSent, Is.EqualTo(2 * 3 * (count / 4) * sizeof(float)));
        long before = ranks.BytesSent;
        ranks.AllReduceSum(new float[10].AsSpan());
        Assert.That(ranks.BytesSent - before, Is.EqualTo(3 * 10 * sizeof(float)));
    });

    [Test]
    public void Failure_OfOneRank_EndsTheOthers()
    {
        AggregateException? failure = Assert.Throws<AggregateException>(() => ThreadCollective.Run(3, ranks =>
        {
            if (ranks.Rank == 1) throw new InvalidOperationException("rank 1 has had enough");
            ranks.Barrier();
        }));
        Assert.That(failure!.InnerException, Is.TypeOf<InvalidOperationException>());
    }

    [Test]
    public void Abort_EndsWhatOthersWaitFor()
    {
        Assert.Throws<AggregateException>(() => ThreadCollective.Run(3, ranks =>
        {
            if (ranks.Rank == 2) ranks.Abort(1);
            ranks.Barrier();
        }));
    }

    [Test]
    public void Counts_ThatDisagree_AreRefused() => ThreadCollective.Run(1, ranks =>
    {
        float[] own = new float[2], all = new float[3];
        Assert.Throws<ArgumentException>(() => ranks.AllGather<float>(own, all, [2]));
        Assert.Throws<ArgumentException>(() => ranks.AllGather<float>(own, all, [1, 2]));
    });

    [TestCase(10, 3, new[] { 3, 3, 4 })]
    [TestCase(2, 4, new[] { 0, 1, 0, 1 })]
    [TestCase(0, 2, new[] { 0, 0 })]
    public void Shares_DifferByOneAtMost(int count, int size, int[] expected) =>
        Assert.That(Shares.Counts(count, size), Is.EqualTo(expected));
}
