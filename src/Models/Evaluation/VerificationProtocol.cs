using System.Text.Json.Serialization;

namespace TripletGpu.Models.Evaluation;

/// <summary>
/// Are two rows of one class? Accepted where their squared distance is at most a threshold. FaceNet's definitions:
/// VAL(d) is the share of same-class pairs accepted, FAR(d) the share of different-class pairs accepted.
/// </summary>
public static class VerificationProtocol
{
    /// <summary>
    /// Pairs of each kind that <see cref="Evaluate(EmbeddingSet, ulong)"/> draws: 200 false accepts at FAR 1e-3.
    /// </summary>
    public const int PairsOfEachKind = 200_000;

    const int Folds = 10;
    const int MaxRocPoints = 400;

    /// <summary>Evaluates a balanced sample of a set's pairs.</summary>
    public static Verification Evaluate(EmbeddingSet set, ulong seed) =>
        Evaluate(PairSample.Draw(set, PairsOfEachKind, seed));

    /// <summary>Evaluates given pairs.</summary>
    public static Verification Evaluate(PairSample pairs)
    {
        float[] same = [.. pairs.Same], different = [.. pairs.Different];
        Array.Sort(same);
        Array.Sort(different);
        return new Verification(
            FoldAccuracy(pairs), BestThreshold(same, different), Auc(same, different), EqualErrorRate(same, different),
            new Dictionary<string, double>
            {
                ["1e-3"] = ValidationRate(same, different, 1e-3),
                ["1e-2"] = ValidationRate(same, different, 1e-2),
            })
        { Roc = Roc(same, different) };
    }

    /// <summary>VAL at the largest threshold whose FAR is at most <paramref name="falseAcceptRate"/>.</summary>
    public static double ValidationRate(ReadOnlySpan<float> same, ReadOnlySpan<float> different, double falseAcceptRate)
    {
        int allowed = (int)Math.Floor(falseAcceptRate * different.Length);
        // Below the first different-class distance that may not be accepted, and so below its equals.
        double limit = allowed < different.Length ? different[allowed] : double.PositiveInfinity;
        return (double)CountBelow(same, limit) / same.Length;
    }

    /// <summary>
    /// The probability that a random same-class pair is nearer than a random different-class pair; equals count half.
    /// </summary>
    static double Auc(float[] same, float[] different)
    {
        double nearer = 0;
        for (int i = 0, below = 0, upTo = 0; i < different.Length; i++)
        {
            while (below < same.Length && same[below] < different[i]) below++;
            while (upTo < same.Length && same[upTo] <= different[i]) upTo++;
            nearer += (below + upTo) / 2.0;
        }
        return nearer / ((double)same.Length * different.Length);
    }

    /// <summary>
    /// The rate at which false accepts and false rejects are equally frequent, interpolated between thresholds.
    /// </summary>
    static double EqualErrorRate(float[] same, float[] different)
    {
        double lastAccept = 0, lastReject = 1;
        for (int s = 0, d = 0; s < same.Length || d < different.Length;)
        {
            Advance(same, different, ref s, ref d);
            double accept = (double)d / different.Length, reject = 1 - (double)s / same.Length;
            if (accept >= reject)
            {
                double share = (lastReject - lastAccept) / (lastReject - lastAccept + accept - reject);
                return lastAccept + share * (accept - lastAccept);
            }
            (lastAccept, lastReject) = (accept, reject);
        }
        return lastAccept;
    }

    /// <summary>
    /// The mean accuracy over ten folds of the pairs, each at the threshold that is best on the other nine.
    /// </summary>
    static double FoldAccuracy(PairSample pairs)
    {
        int folds = Math.Min(Folds, Math.Min(pairs.Same.Length, pairs.Different.Length));
        if (folds < 2) return double.NaN;
        (float[] same, int[] sameFolds) = Sorted(pairs.Same);
        (float[] different, int[] differentFolds) = Sorted(pairs.Different);
        double sum = 0;
        for (int fold = 0; fold < folds; fold++)
        {
            float threshold = BestThreshold(
                Part(same, sameFolds, fold, false), Part(different, differentFolds, fold, false));
            float[] testSame = Part(same, sameFolds, fold, true),
                testDifferent = Part(different, differentFolds, fold, true);
            int right = testSame.Count(x => x <= threshold) + testDifferent.Count(x => x > threshold);
            sum += (double)right / (testSame.Length + testDifferent.Length);
        }
        return sum / folds;

        (float[] Distances, int[] Folds) Sorted(float[] distances)
        {
            float[] sorted = [.. distances];
            int[] foldOf = [.. Enumerable.Range(0, distances.Length).Select(i => i % folds)];
            Array.Sort(sorted, foldOf);
            return (sorted, foldOf);
        }

        static float[] Part(float[] sorted, int[] foldOf, int fold, bool inside) =>
            [.. sorted.Where((_, i) => (foldOf[i] == fold) == inside)];
    }

    /// <summary>
    /// The threshold with the most right answers: half way to the next distance, so that it does not sit on a pair.
    /// </summary>
    static float BestThreshold(float[] same, float[] different)
    {
        int best = different.Length; // nothing accepted
        float threshold = -1;
        for (int s = 0, d = 0; s < same.Length || d < different.Length;)
        {
            float at = Advance(same, different, ref s, ref d);
            int right = s + different.Length - d;
            if (right <= best) continue;
            best = right;
            float next = Math.Min(
                s < same.Length ? same[s] : float.PositiveInfinity,
                d < different.Length ? different[d] : float.PositiveInfinity);
            threshold = next < float.PositiveInfinity ? at + (next - at) / 2 : at;
        }
        return Math.Max(0, threshold);
    }

    /// <summary>Accepts the next distance with all its equals and returns it.</summary>
    static float Advance(float[] same, float[] different, ref int s, ref int d)
    {
        float at = Math.Min(
            s < same.Length ? same[s] : float.PositiveInfinity,
            d < different.Length ? different[d] : float.PositiveInfinity);
        while (s < same.Length && same[s] <= at) s++;
        while (d < different.Length && different[d] <= at) d++;
        return at;
    }

    /// <summary>Points of (FAR, VAL) at rates evenly apart on a logarithmic scale, with both ends.</summary>
    static RocPoint[] Roc(float[] same, float[] different)
    {
        List<RocPoint> points = [new RocPoint(0, ValidationRate(same, different, 0))];
        double first = 1.0 / different.Length;
        for (int i = 0; i < MaxRocPoints; i++)
        {
            double rate = Math.Pow(first, 1 - i / (MaxRocPoints - 1.0));
            points.Add(new RocPoint(rate, ValidationRate(same, different, rate)));
        }
        return [.. points];
    }

    static int CountBelow(ReadOnlySpan<float> sorted, double limit)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle] < limit) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}

/// <summary>How well a threshold on the squared distance tells pairs of one class from pairs of two.</summary>
/// <param name="Accuracy">Mean over ten folds, each at the threshold that is best on the other nine.</param>
/// <param name="Threshold">The best on all pairs; a pair is accepted at or below it.</param>
/// <param name="Auc">The area under the ROC curve.</param>
/// <param name="Eer">The equal error rate.</param>
/// <param name="ValAtFar">The share of same-class pairs accepted where at most that share of the others is.</param>
public sealed record Verification(
    double Accuracy, float Threshold, double Auc, double Eer, IReadOnlyDictionary<string, double> ValAtFar)
{
    /// <summary>The ROC curve by ascending FAR.</summary>
    [JsonIgnore]
    public IReadOnlyList<RocPoint> Roc { get; init; } = [];
}

/// <summary>A point of the ROC curve.</summary>
public sealed record RocPoint(double FalseAcceptRate, double ValidationRate);
