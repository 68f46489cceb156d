using System.Globalization;
using TripletGpu.Models.Text;

namespace TripletGpu.Models.Calibration;

/// <summary>A point of the ROC and DET curves.</summary>
/// <param name="Threshold">Pairs up to this distance are accepted.</param>
/// <param name="FalseAcceptRate">The share of pairs of two people that are.</param>
/// <param name="ValidationRate">The share of pairs of one person that are.</param>
public sealed record OperatingPoint(float Threshold, double FalseAcceptRate, double ValidationRate);

/// <summary>A distance up to which two images are taken for one person's, and what is known of that.</summary>
/// <param name="AskedFar">The false accept rate that was asked for.</param>
/// <param name="Threshold">The largest distance (the least similarity) whose measured rate is no larger.</param>
/// <param name="ThresholdLow">The threshold's 95 % interval (Woodruff 1952).</param>
/// <param name="ThresholdHigh">Its other end.</param>
/// <param name="Far">FAR there: the share of pairs of two people that are accepted.</param>
/// <param name="Val">VAL there: the share of pairs of one person that are accepted; null without such pairs.</param>
/// <param name="PeopleForThird">
/// People, each as here, who would tell the FAR asked for to a third of itself with 90 % confidence (Doddington's rule
/// of 30 errors).
/// </param>
/// <param name="Curve">The curves, thinned.</param>
public sealed record PairCalibration(
    double AskedFar, float Threshold, float ThresholdLow, float ThresholdHigh, EstimatedRate Far, EstimatedRate? Val,
    long PeopleForThird, IReadOnlyList<OperatingPoint> Curve)
{
    /// <summary>
    /// What the thresholds are of: "squared distance", "distance", or "similarity", which accepts pairs from the
    /// threshold on.
    /// </summary>
    public string Measure { get; init; } = "squared distance";

    const int MostPoints = 400, RuleOfThree = 3, RuleOfThirty = 30;

    /// <summary>Calibrates a threshold.</summary>
    /// <exception cref="UserErrorException">There are too few pairs of two people to state such a rate.</exception>
    public static PairCalibration Of(PairScores pairs, double far)
    {
        PairScores same = pairs.Only(same: true), different = pairs.Only(same: false);
        float[] sorted = [.. different.Distances];
        Array.Sort(sorted);
        int people = different.First.Concat(different.Second).Distinct().Count();
        if (sorted.Length < RuleOfThree / far)
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture,
                $"{Counted.Of(sorted.Length, "pair")} of {Counted.Of(people, "person", "people")} cannot state a FAR"
                + $" of {far:0.###e+0}: by the rule of three, none accepted of n pairs says only that the rate is"
                + $" below 3/n, so it takes {Math.Ceiling(RuleOfThree / far):N0} pairs of two people"
                + $" ({PeopleWithPairs(RuleOfThree / far):N0} people with an image each); a larger rate takes fewer"));
        float threshold = ThresholdAt(sorted, far);
        (double value, double variance, double together, int clusters) = different.Variance(threshold);
        EstimatedRate rate = EstimatedRate.Of(value, sorted.Length, Math.Max(variance, together), clusters);
        // Where those who are taken for many others happen to be missing, the variance at the threshold is too small as
        // well as the rate. So the design effect is also looked at where the rate would be the interval's upper end.
        for (int i = 0; i < 2; i++)
        {
            (double high, double ofHigh, double togetherHigh, _) =
                different.Variance(ThresholdAt(sorted, rate.High));
            double effect = Math.Max(ofHigh, togetherHigh) / (high * (1 - high));
            if (!double.IsFinite(effect)) break;
            rate = EstimatedRate.Of(
                value, sorted.Length, Math.Max(effect * value * (1 - value), Math.Max(variance, together)), clusters);
        }
        return new PairCalibration(
            far, threshold, ThresholdAt(sorted, rate.Low), ThresholdAt(sorted, rate.High), rate,
            same.Distances.Length == 0 ? null : same.Accepted(threshold),
            PeopleFor(far, clusters, Math.Max(0, variance - together),
                Math.Max(together, value * (1 - value) / sorted.Length)),
            MakeCurve(same.Distances, sorted));
    }

    /// <summary>
    /// The same in the similarities whose negatives were taken for distances: a pair is accepted from the threshold on.
    /// </summary>
    public PairCalibration OfSimilarities() => this with
    {
        Measure = "similarity",
        Threshold = -Threshold,
        ThresholdLow = -ThresholdHigh,
        ThresholdHigh = -ThresholdLow,
        Curve = [.. Curve.Select(point => point with { Threshold = -point.Threshold })],
    };

    /// <summary>The largest distance whose share of accepted pairs is at most that, just below the next pair.</summary>
    internal static float ThresholdAt(float[] sorted, double share)
    {
        int allowed = (int)Math.Floor(share * sorted.Length * (1 + 1e-12));
        if (allowed >= sorted.Length) return sorted[^1];
        // Equals are accepted together or not at all.
        while (allowed > 0 && sorted[allowed - 1] == sorted[allowed]) allowed--;
        return allowed > 0 ? sorted[allowed - 1] : MathF.BitDecrement(sorted[0]);
    }

    static long PeopleWithPairs(double pairs) => (long)Math.Ceiling((1 + Math.Sqrt(1 + 8 * pairs)) / 2);

    /// <summary>
    /// The variance that people cause falls with their number, that of two people together with its square; wanted is
    /// that of 30 independent errors.
    /// </summary>
    static long PeopleFor(double far, int people, double ofPeople, double ofPairs)
    {
        double wanted = far * far * (1 - far) / RuleOfThirty;
        // wanted = ofPeople x + ofPairs x^2 with x = people / needed.
        double x = ofPairs > 0
            ? (-ofPeople + Math.Sqrt(ofPeople * ofPeople + 4 * ofPairs * wanted)) / (2 * ofPairs)
            : wanted / ofPeople;
        return (long)Math.Ceiling(people / x);
    }

    static List<OperatingPoint> MakeCurve(float[] same, float[] different)
    {
        float[] sorted = [.. same];
        Array.Sort(sorted);
        List<OperatingPoint> points = [];
        // Dense where FAR is small: half by steps of FAR, half by its logarithm.
        SortedSet<int> counts = [0, different.Length];
        for (int i = 1; i <= MostPoints / 2; i++)
        {
            counts.Add((int)((long)different.Length * i / (MostPoints / 2)));
            counts.Add((int)Math.Pow(different.Length, i / (MostPoints / 2.0)));
        }
        foreach (int count in counts)
        {
            float threshold = count == 0 ? MathF.BitDecrement(different[0]) : different[count - 1];
            points.Add(new OperatingPoint(
                threshold, (double)CountUpTo(different, threshold) / different.Length,
                sorted.Length == 0 ? 0 : (double)CountUpTo(sorted, threshold) / sorted.Length));
        }
        return points;
    }

    static int CountUpTo(float[] sorted, float threshold)
    {
        int low = 0, high = sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle] <= threshold) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
