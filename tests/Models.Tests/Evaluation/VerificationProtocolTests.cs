using TripletGpu.Models.Evaluation;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Evaluation;

public sealed class VerificationProtocolTests
{
    [Test]
    public void Auc_IsTheShareOfRightlyOrderedPairsOfPairs()
    {
        Random random = new(1);
        // Few values, so that equals occur.
        float[] same = [.. Enumerable.Range(0, 40).Select(_ => (float)random.Next(8))];
        float[] different = [.. Enumerable.Range(0, 55).Select(_ => (float)random.Next(3, 12))];
        double nearer = 0;
        foreach (float s in same)
            foreach (float d in different) nearer += s < d ? 1 : s == d ? 0.5 : 0;
        Verification result = VerificationProtocol.Evaluate(new PairSample(same, different));
        Assert.That(result.Auc, Is.EqualTo(nearer / (40 * 55)).Within(1e-12));
    }

    [Test]
    public void ValidationRate_AcceptsUpToTheTarget()
    {
        float[] same = [1, 2, 3, 4, 5], different = [2.5f, 4.5f, 4.5f, 9];
        Assert.That(VerificationProtocol.ValidationRate(same, different, 0), Is.EqualTo(0.4));
        Assert.That(VerificationProtocol.ValidationRate(same, different, 0.25), Is.EqualTo(0.8));
        // Two equal distances cannot be told apart: half is not reached without three quarters.
        Assert.That(VerificationProtocol.ValidationRate(same, different, 0.5), Is.EqualTo(0.8));
        Assert.That(VerificationProtocol.ValidationRate(same, different, 0.75), Is.EqualTo(1));
    }

    [Test]
    public void EqualErrorRate_AndThreshold_ByHand()
    {
        // Accepting up to 2 rejects one same-class pair of four; accepting up to 3 adds a false accept of four.
        Verification result = VerificationProtocol.Evaluate(new PairSample([0, 1, 2, 5], [3, 6, 7, 8]));
        Assert.That(result.Eer, Is.EqualTo(0.25).Within(1e-12));
        Assert.That(result.Threshold, Is.EqualTo(2.5f));
    }

    [Test]
    public void Roc_RisesFromEndToEnd()
    {
        Random random = new(2);
        float[] same = Values.ToSingle(Values.Uniform(500, random, 0, 2)),
            different = Values.ToSingle(Values.Uniform(500, random, 1, 4));
        IReadOnlyList<RocPoint> roc = VerificationProtocol.Evaluate(new PairSample(same, different)).Roc;
        Assert.That(roc.Select(p => p.FalseAcceptRate), Is.Ordered);
        Assert.That(roc.Select(p => p.ValidationRate), Is.Ordered);
        Assert.That(roc[^1], Is.EqualTo(new RocPoint(1, 1)));
    }

    [Test]
    public void Lfw_SeparatedPairs_ArePerfect()
    {
        float[] distances = new float[200];
        bool[] isSame = new bool[200];
        for (int i = 0; i < 200; i++)
        {
            isSame[i] = i / 10 % 2 == 0;
            distances[i] = isSame[i] ? 0.5f + i % 10 * 1e-3f : 1.5f + i % 10 * 1e-3f;
        }
        LfwResult result = LfwProtocol.Evaluate(distances, isSame);
        Assert.That((result.Accuracy, result.Deviation), Is.EqualTo((1.0, 0.0)));
        Assert.That(result.ValidationRate, Is.EqualTo(1));
    }

    [Test]
    public void Lfw_ThresholdOfTheOtherFolds_IsUsed()
    {
        // The last fold lies one unit farther: the threshold of the others rejects all of it.
        float[] distances = [.. Enumerable.Range(0, 100).Select(i => (i % 2 == 0 ? 0.2f : 0.6f) + (i >= 90 ? 1 : 0))];
        bool[] isSame = [.. Enumerable.Range(0, 100).Select(i => i % 2 == 0)];
        Assert.That(LfwProtocol.Evaluate(distances, isSame).Accuracy, Is.EqualTo((9 + 0.5) / 10).Within(1e-12));
    }
}
