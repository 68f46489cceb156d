using System.Text.Json;
using TripletGpu.Models.Calibration;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Calibration;

/// <summary>A page with the ROC and DET curves and the histograms of distances, or of similarities.</summary>
static class CalibrationPage
{
    const int Bins = 60;

    static readonly JsonSerializerOptions json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The page as text.</summary>
    public static string Render(string title, PairScores pairs, PairCalibration result)
    {
        // Similarities are distances with the sign turned.
        int sign = result.Measure == "similarity" ? -1 : 1;
        float[] scores = [.. pairs.Distances.Select(distance => sign * distance)];
        float low = scores.Min(), high = Math.Max(low + 1e-6f, scores.Max());
        return PageTemplate.Fill("calibration.html", JsonSerializer.Serialize(new
        {
            title,
            result.Measure,
            result.AskedFar,
            result.Threshold,
            result.ThresholdLow,
            result.ThresholdHigh,
            farRate = result.Far,
            val = result.Val,
            people = result.PeopleForThird,
            far = result.Curve.Select(p => p.FalseAcceptRate),
            valRate = result.Curve.Select(p => p.ValidationRate),
            low,
            high,
            same = Histogram(pairs.Only(same: true).Distances),
            different = Histogram(pairs.Only(same: false).Distances),
        }, json));

        double[] Histogram(float[] distances)
        {
            double[] shares = new double[Bins];
            foreach (float distance in distances)
                shares[Math.Clamp((int)(Bins * (sign * distance - low) / (high - low)), 0, Bins - 1)] +=
                    1.0 / distances.Length;
            return shares;
        }
    }
}
