using NUnit.Framework;
using TripletGpu.Autograd;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.MetricLearning;

/// <summary>
/// Small batches with every edge case, and the losses that TensorFlow Addons, a strict reading of FaceNet, and
/// pytorch-metric-learning give for them.
/// </summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class TripletGoldenTests(string device) : DeviceFixture(device)
{
    const TripletDistance Squared = TripletDistance.Squared, L2 = TripletDistance.L2;

    static readonly (string Name, float[] E, int[] Labels, float Margin)[] Batches =
    [
        ("line", [0, 1, 1.5f, 3], [0, 0, 1, 1], 1),
        ("tie", [0, 0, 1, 0, 0, 1, 2, 2], [0, 0, 1, 1], 0.5f),
        ("collapse", [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 1, 1], 0.2f),
        ("no positives", [0, 1, 2], [0, 1, 2], 0.2f),
        ("no negatives", [0, 1, 1, 0], [0, 0], 1),
        ("duplicates", [0, 0, 0.1f, 0.1f], [0, 0, 1, 1], 0.2f),
        ("no semi-hard", [0, 5, 1, 2], [0, 0, 1, 1], 0.2f),
    ];

    static IEnumerable<TestCaseData> Table()
    {
        // Losses in the order of the batches above.
        (MiningRule Rule, TripletDistance Distance, double[] Losses)[] columns =
        [
            (MiningRule.Semihard, Squared, [0.25, 0.875, 0.2, 0, 3, 0.19, 7.6]),
            (MiningRule.Semihard, L2, [0.5, 0.351910213, 0.2, 0, 2.41421356, 0.1, 1.1]),
            (MiningRule.Facenet, Squared, [0, 0, 0, 0, 0, 0.19, 0]),
            (MiningRule.BatchAll, L2, [1.1, 0.828741766, 0.2, 0, 0, 0.1, 2.2]),
            (MiningRule.AllSemihard, L2, [0.5, 0.085786438, 0, 0, 0, 0.1, 0]),
            (MiningRule.AllHard, L2, [1.5, 1.014480598, 0.2, 0, 0, 0, 2.2]),
            (MiningRule.EasyPositive, L2, [0.5, 0.085786438, 0, 0, 0, 0.1, 0]),
            (MiningRule.EasyPositiveHard, L2, [1.125, 0.705463604, 0.2, 0, 0, 0.1, 2.2]),
            (MiningRule.Angular, L2, [1.125, 0.828741766, 0, 0, 0, 0, 2.7]),
        ];
        foreach ((MiningRule rule, TripletDistance distance, double[] losses) in columns)
            for (int i = 0; i < Batches.Length; i++)
                yield return new TestCaseData(i, rule, distance, losses[i]).SetArgDisplayNames(
                    Batches[i].Name, $"{rule}", $"{distance}");
    }

    [TestCaseSource(nameof(Table))]
    public void Loss_IsThatOfTheReference(int batch, MiningRule rule, TripletDistance distance, double expected)
    {
        (double loss, _, _) = Mine(batch, rule, distance);
        Close.AreClose([expected], [(float)loss], Tolerance.Elementwise, "loss");
    }

    [TestCase("line", 0, 1L, 4L)]
    [TestCase("tie", 1, 1L, 4L)]
    [TestCase("collapse", 2, 4L, 4L)]
    [TestCase("no semi-hard", 6, 2L, 4L)]
    public void SemiHard_CountsFallbacks(string name, int batch, long fallback, long pairs)
    {
        (_, TripletStatistics statistics, _) = Mine(batch, MiningRule.Semihard, Squared);
        Assert.That((statistics.Fallback, statistics.Pairs), Is.EqualTo((fallback, pairs)), name);
    }

    [TestCase("line", 0, MiningRule.BatchAll, 5L)]
    [TestCase("tie", 1, MiningRule.BatchAll, 5L)]
    [TestCase("tie", 1, MiningRule.AllHard, 4L)]
    [TestCase("duplicates", 5, MiningRule.AllSemihard, 8L)]
    public void All_CountsActiveTriplets(string name, int batch, MiningRule rule, long active)
    {
        (_, TripletStatistics statistics, _) = Mine(batch, rule, L2);
        Assert.That(statistics.Active, Is.EqualTo(active), name);
    }

    [TestCase(2, "collapsed")]
    [TestCase(3, "no positives")]
    [TestCase(4, "no negatives")]
    public void Reason_NamesWhatIsMissing(int batch, string reason)
    {
        (_, TripletStatistics statistics, string? given) = Mine(batch, MiningRule.Semihard, Squared);
        Assert.That(given, Does.StartWith(reason), $"{statistics}");
    }

    [Test]
    public void NoPositives_GradientIsZero()
    {
        using Step step = Device.BeginStep();
        Tensor embeddings = Device.Tensor(new Shape(3, 1), [0f, 1, 2]);
        embeddings.RequiresGradient = true;
        step.Backward(embeddings.TripletLoss([0, 1, 2], new TripletSettings()));
        Assert.That(step.Gradients[embeddings].ToArray(), Is.All.Zero);
    }

    [Test]
    public void NoNegatives_TableSaysSo_AndPositivesAttract()
    {
        using Step step = Device.BeginStep();
        Tensor embeddings = Device.Tensor(new Shape(2, 2), [0f, 1, 1, 0]);
        embeddings.RequiresGradient = true;
        step.Backward(embeddings.TripletLoss([7, 7], new TripletSettings { Margin = 1 }, out TripletTable mined));
        Assert.That(mined.Triplets.ToIntArray(), Is.EqualTo(new[] { 0, 1, -1, 1, 0, -1 }));
        Assert.That(step.Gradients[embeddings].ToArray(), Is.EqualTo(new float[] { -2, 2, 2, -2 }));
    }

    (double Loss, TripletStatistics Statistics, string? Reason) Mine(
        int batch, MiningRule rule, TripletDistance distance)
    {
        (_, float[] e, int[] labels, float margin) = Batches[batch];
        using Step step = Device.BeginStep(record: false);
        Tensor embeddings = Device.Tensor(new Shape(labels.Length, e.Length / labels.Length), e);
        TripletSettings settings = new() { Rule = rule, Distance = distance, Margin = margin };
        Tensor loss = embeddings.TripletLoss(labels, settings, out TripletTable mined);
        TripletStatistics statistics = mined.ReadStatistics();
        return (loss.ToScalar(), statistics, statistics.Reason(settings));
    }
}
