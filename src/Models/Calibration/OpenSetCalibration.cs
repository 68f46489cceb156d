using System.Globalization;
using TripletGpu.Models.Text;

namespace TripletGpu.Models.Calibration;

/// <summary>A distance up to which somebody is named, and beyond which he or she is unknown.</summary>
/// <param name="Threshold">The largest distance whose measured false alarm rate is no larger than asked for.</param>
/// <param name="FalseAlarms">
/// The share of images of people who are not enrolled that are given a name all the same, with the interval for as many
/// other people who are not enrolled.
/// </param>
/// <param name="Identified">
/// DIR: the share of images of enrolled people that are given the right name; null without such images.
/// </param>
public sealed record OpenSetCalibration(float Threshold, EstimatedRate FalseAlarms, EstimatedRate? Identified)
{
    const int RuleOfThree = 3;

    /// <summary>Whether so many images of strangers can state a false alarm rate: by the rule of three.</summary>
    public static bool CanState(int strangers, double far) => strangers >= RuleOfThree / far;

    /// <summary>Calibrates a threshold.</summary>
    /// <param name="strangers">Distances that the rule gives to images of people who are not enrolled.</param>
    /// <param name="strangerClasses">Whose images they are.</param>
    /// <param name="enrolled">The same of images of enrolled people; infinite where another name is nearest.</param>
    /// <param name="enrolledClasses">Whose they are.</param>
    /// <param name="far">The false alarm rate that is asked for.</param>
    /// <exception cref="UserErrorException">There are too few images of people who are not enrolled.</exception>
    public static OpenSetCalibration Of(
        float[] strangers, int[] strangerClasses, float[] enrolled, int[] enrolledClasses, double far)
    {
        if (!CanState(strangers.Length, far))
            throw new UserErrorException(string.Create(CultureInfo.InvariantCulture,
                $"{Counted.Of(strangers.Length, "image")} of {Counted.Of(strangerClasses.Distinct().Count(), "class")}"
                + $" that are not enrolled cannot state a false alarm rate of {far:0.###e+0}: by the rule of three it"
                + $" takes {Math.Ceiling(RuleOfThree / far):N0}"));
        float[] sorted = [.. strangers];
        Array.Sort(sorted);
        float threshold = PairCalibration.ThresholdAt(sorted, far);
        (double value, double variance, int classes) = Variance(strangers, strangerClasses, threshold);
        // The rate of other people as many again: theirs varies as much as that of these.
        EstimatedRate rate = EstimatedRate.Of(value, sorted.Length, 2 * variance, classes);
        for (int i = 0; i < 2; i++)
        {
            float upper = PairCalibration.ThresholdAt(sorted, rate.High);
            (double high, double ofHigh, _) = Variance(strangers, strangerClasses, upper);
            double effect = ofHigh / (high * (1 - high));
            if (!double.IsFinite(effect)) break;
            rate = EstimatedRate.Of(
                value, sorted.Length, 2 * Math.Max(variance, effect * value * (1 - value)), classes);
        }
        EstimatedRate? named = null;
        if (enrolled.Length > 0)
        {
            (double share, double ofShare, int people) = Variance(enrolled, enrolledClasses, threshold);
            named = EstimatedRate.Of(share, enrolled.Length, ofShare, people);
        }
        return new OpenSetCalibration(threshold, rate, named);
    }

    /// <summary>The share up to a distance, and its variance between classes.</summary>
    static (double Value, double Variance, int Classes) Variance(float[] distances, int[] classes, float threshold)
    {
        double value = distances.Count(distance => distance <= threshold) / (double)distances.Length;
        Dictionary<int, double> sums = [];
        for (int i = 0; i < distances.Length; i++)
            sums[classes[i]] = sums.GetValueOrDefault(classes[i]) + (distances[i] <= threshold ? 1 : 0) - value;
        double few = sums.Count > 1 ? sums.Count / (sums.Count - 1.0) : 1;
        return (value, few * sums.Values.Sum(sum => sum * sum) / distances.Length / distances.Length, sums.Count);
    }
}
