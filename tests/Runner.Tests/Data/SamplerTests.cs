using FsCheck;
using FsCheck.Fluent;
using TripletGpu.Models;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Tests.Data;

public sealed class SamplerTests
{
    /// <summary>Labels with the given class sizes, in a mixed order.</summary>
    static int[] Labels(params int[] sizes)
    {
        int[] labels = [.. sizes.SelectMany((size, c) => Enumerable.Repeat(c, size))];
        new Random(5).Shuffle(labels);
        return labels;
    }

    static int[] Draw(ISampler sampler, int epoch, int batch)
    {
        int[] indices = new int[sampler.BatchSize];
        sampler.Draw(new(epoch, batch), indices);
        return indices;
    }

    static int[][] Epoch(ISampler sampler, int epoch) =>
        [.. Enumerable.Range(0, sampler.BatchesPerEpoch).Select(batch => Draw(sampler, epoch, batch))];

    static string? FaultOfBalanced(int[] sizes, int p, int k, int epoch)
    {
        int[] labels = Labels(sizes);
        BalancedSampler sampler = new(labels, p, k, seed: 7);
        HashSet<int> seen = [];
        foreach (int[] batch in Epoch(sampler, epoch))
        {
            if (batch.Distinct().Count() != p * k) return "an image twice in a batch";
            seen.UnionWith(batch);
            for (int c = 0; c < p; c++)
                if (batch.Skip(c * k).Take(k).Select(i => labels[i]).Distinct().Count() != 1) return "a mixed group";
            if (batch.Select(i => labels[i]).Distinct().Count() != p) return "a class twice in a batch";
        }
        int able = sizes.Where(s => s >= k).Sum();
        if (seen.Count != able) return $"{seen.Count} of {able} images seen";
        if (Math.Abs(sampler.Coverage - (double)able / labels.Length) > 1e-12) return "coverage is wrong";
        int groups = sizes.Where(s => s >= k).Sum(s => (s + k - 1) / k);
        int most = sizes.Max(s => (s + k - 1) / k);
        return sampler.BatchesPerEpoch == Math.Max(most, (groups + p - 1) / p) ? null : "a batch too many";
    }

    [Test]
    public void Balanced_OnAnyClassSizes_KeepsItsPromises()
    {
        var cases =
            from sizes in Gen.Choose(1, 40).ArrayOf().Where(s => s.Length is >= 2 and <= 30)
            from k in Gen.Choose(1, 8)
            from p in Gen.Choose(1, 6)
            from epoch in Gen.Choose(0, 3)
            select (sizes, k, p, epoch);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            if (c.sizes.Count(s => s >= c.k) >= c.p) return FaultOfBalanced(c.sizes, c.p, c.k, c.epoch) is null;
            Assert.Throws<UserErrorException>(() => _ = new BalancedSampler(Labels(c.sizes), c.p, c.k, 7));
            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Test]
    public void Balanced_OnMnistSizes_SeesEveryImage()
    {
        int[] sizes = [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949];
        Assert.That(FaultOfBalanced(sizes, 10, 20, 0), Is.Null);
        Assert.That(FaultOfBalanced(sizes, 4, 13, 1), Is.Null);
        Assert.That(new BalancedSampler(Labels(sizes), 10, 20, 1).BatchesPerEpoch, Is.EqualTo(338));
    }

    [Test]
    public void Balanced_OnTooSmallData_SaysByWhichNumbers() =>
        Assert.That(() => new BalancedSampler(Labels(10, 3, 10), 3, 4, 1),
            Throws.TypeOf<UserErrorException>().With.Message
            .EqualTo("sampler.classes is 3, but of the data's 3 classes only 2 can give sampler.perClass = 4 images:"
                + " sampler.classes=2, sampler.perClass=3 or sampler.short=repeat would do"));

    static IEnumerable<Func<ulong, ISampler>> Random =>
    [
        seed => new BalancedSampler(Labels(20, 30, 11, 12), 3, 4, seed),
        seed => new ShuffledSampler(101, 10, seed),
        seed => new TripletSampler(Labels(20, 30, 11, 12), 12, seed),
    ];

    [Test]
    public void AnyBatch_IsAFunctionOfSeedEpochAndIndex() => Assert.Multiple(() =>
    {
        foreach (Func<ulong, ISampler> create in Random)
        {
            ISampler whole = create(3), resumed = create(3);
            int[][] epoch1 = Epoch(whole, 1);
            Draw(resumed, 5, 0);
            Assert.That(Draw(resumed, 1, 2), Is.EqualTo(epoch1[2]));
            Assert.That(Draw(whole, 0, 2), Is.Not.EqualTo(epoch1[2]), "epochs differ");
            Assert.That(Draw(create(4), 1, 2), Is.Not.EqualTo(epoch1[2]), "seeds differ");
        }
    });

    [Test]
    public void Shuffled_SeesEveryImageAndFillsTheLastBatch()
    {
        ShuffledSampler sampler = new(23, 5, 1);
        int[] all = [.. Epoch(sampler, 0).SelectMany(b => b)];
        Assert.That(all, Has.Length.EqualTo(25));
        Assert.That(all.Distinct().Count(), Is.EqualTo(23));
        Assert.That(() => new ShuffledSampler(4, 5, 1), Throws.TypeOf<UserErrorException>());
    }

    [Test]
    public void Sequential_GoesOnWhereItEndedAndWrapsRound()
    {
        SequentialSampler sampler = new(10, 4);
        Assert.That(Enumerable.Range(0, 6).SelectMany(s => Draw(sampler, s / 3, s % 3)),
            Is.EqualTo(Enumerable.Range(0, 24).Select(i => i % 10)));
        Assert.That(Draw(new SequentialSampler(3, 8), 0, 0), Is.EqualTo(new[] { 0, 1, 2, 0, 1, 2, 0, 1 }));
    }

    [Test]
    public void Triplets_HaveAnchorPositiveNegativeThirds()
    {
        int[] labels = Labels(20, 1, 9, 2);
        TripletSampler sampler = new(labels, 12, 1);
        HashSet<int> anchors = [];
        foreach (int[] batch in Epoch(sampler, 2))
            for (int i = 0; i < 4; i++)
            {
                (int a, int p, int n) = (batch[i], batch[i + 4], batch[i + 8]);
                anchors.Add(a);
                Assert.That(labels[p], Is.EqualTo(labels[a]));
                Assert.That(p, Is.Not.EqualTo(a));
                Assert.That(labels[n], Is.Not.EqualTo(labels[a]));
            }
        Assert.That(anchors, Has.Count.EqualTo(31));
        Assert.That(sampler.Coverage, Is.EqualTo(31 / 32.0));
    }

    [TestCase("sampler.kind=balanced sampler.classes=2 sampler.perClass=2", typeof(BalancedSampler))]
    [TestCase("sampler.kind=sequential sampler.batch=3", typeof(SequentialSampler))]
    [TestCase("sampler.kind=shuffled sampler.batch=3", typeof(ShuffledSampler))]
    [TestCase("sampler.kind=shuffled sampler.batch=3 loss.rule=explicit", typeof(TripletSampler))]
    public void Configuration_NamesTheSampler(string settings, Type sampler)
    {
        int[] labels = Labels(3, 3);
        MemoryDataset data = new("test", new(1, 1, 1), new byte[6], labels, ["a", "b"]);
        Assert.That(Samplers.Create(ConfigReader.Parse("{}", "test", settings.Split(' ')), data), Is.TypeOf(sampler));
    }

    [Test]
    public void Balanced_ShortClasses_AreCountedOrDrawn()
    {
        int[] labels = Labels([8, 8, 8, 1, 2, 1]);
        BalancedSampler skip = new(labels, 3, 4, 1), repeat = new(labels, 3, 4, 1, ShortClasses.Repeat),
            fewer = new(labels, 3, 4, 1, ShortClasses.Fewer);
        Assert.That(skip.Omission, Does.StartWith("never drawn, with fewer images than sampler.perClass = 4: 3 of 6"
            + " classes, 4 of 28 training images (14%)"));
        Assert.That(skip.Coverage, Is.EqualTo(24 / 28.0));
        Assert.That(
            (repeat.Omission, repeat.Coverage, fewer.Omission), Is.EqualTo(((string?)null, 1.0, (string?)null)));
        Assert.That(Epoch(repeat, 0).SelectMany(b => b).Distinct().Count(), Is.EqualTo(28));
        foreach (int[] batch in Epoch(repeat, 1))
            for (int c = 0; c < 3; c++)
                Assert.That(batch.Skip(4 * c).Take(4).Select(i => labels[i]).Distinct().Count(), Is.EqualTo(1));
        foreach (int[] batch in Epoch(fewer, 0).Concat(Epoch(fewer, 1)))
        {
            Assert.That(batch.Distinct().Count(), Is.EqualTo(12), "no image twice");
            Assert.That(batch.CountBy(i => labels[i]).Max(c => c.Value), Is.LessThanOrEqualTo(4));
        }
    }

    [Test]
    public void Balanced_OfSingleImages_MakesBatchesOfManyClasses()
    {
        int[] labels = [.. Enumerable.Range(0, 50)];
        BalancedSampler fewer = new(labels, 5, 4, 1, ShortClasses.Fewer);
        Assert.That(Epoch(fewer, 0).SelectMany(b => b).Distinct().Count(), Is.EqualTo(50));
        Assert.That(() => new BalancedSampler(labels, 20, 4, 1, ShortClasses.Fewer),
            Throws.TypeOf<UserErrorException>().With.Message.Contains("50 classes would give 50"));
        Assert.That(() => new BalancedSampler(labels, 5, 4, 1),
            Throws.TypeOf<UserErrorException>().With.Message.Contains("sampler.short=repeat"));
    }

    [Test, CancelAfter(60_000)]
    public void Balanced_OfAHundredThousandClasses_IsDrawnInSeconds()
    {
        int[] labels = [.. Enumerable.Range(0, 300_000).Select(i => i % 100_000)];
        BalancedSampler sampler = new(labels, 10, 2, 1);
        HashSet<int> seen = [];
        foreach (int[] batch in Epoch(sampler, 0))
        {
            Assert.That(batch.Select(i => labels[i]).Distinct().Count(), Is.EqualTo(10));
            seen.UnionWith(batch);
        }
        Assert.That(seen, Has.Count.EqualTo(300_000));
    }

    [Test]
    public void ShareTree_FindsWhatLiesBelowASum()
    {
        ShareTree tree = new([3, 0, 2, 5]);
        Assert.That(Enumerable.Range(0, 10).Select(tree.Find), Is.EqualTo((int[])[0, 0, 0, 2, 2, 3, 3, 3, 3, 3]));
        tree.Set(0, 0);
        tree.Set(1, 1);
        Assert.That(tree.Total, Is.EqualTo(8));
        Assert.That(Enumerable.Range(0, 8).Select(tree.Find), Is.EqualTo((int[])[1, 2, 2, 3, 3, 3, 3, 3]));
    }
}
