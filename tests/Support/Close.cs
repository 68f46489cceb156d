using NUnit.Framework;

namespace TripletGpu.Support;

/// <summary>Comparison of arrays that says where and by how much they differ.</summary>
public static class Close
{
    /// <summary>Fails with the count of faults and the worst one if any element is outside the tolerance.</summary>
    public static void AreClose(
        ReadOnlySpan<double> expected, ReadOnlySpan<float> actual, Tolerance tolerance, string what)
    {
        if (expected.Length != actual.Length)
            Assert.Fail($"{what}: {actual.Length} values, expected {expected.Length}");
        double scale = 0;
        foreach (double e in expected) scale = Math.Max(scale, double.IsFinite(e) ? Math.Abs(e) : 0);
        int faults = 0, worst = -1;
        double worstExcess = 0;
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(actual[i] - expected[i]);
            double allowed = tolerance.Absolute * scale + tolerance.Relative * Math.Abs(expected[i]);
            bool same = double.IsNaN(expected[i])
                ? float.IsNaN(actual[i])
                : expected[i] == actual[i] || error <= allowed;
            if (same) continue;
            faults++;
            double excess = double.IsFinite(error) ? error - allowed : double.MaxValue;
            if (worst < 0 || excess > worstExcess) (worst, worstExcess) = (i, excess);
        }
        if (faults > 0)
            Assert.Fail($"{what}: {faults} of {expected.Length} values are off; the worst at {worst}:"
                + $" {actual[worst]:R}, expected {expected[worst]:R} (largest magnitude {scale:G4})");
    }

    /// <summary>The same for values of double precision.</summary>
    public static void AreClose(
        ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, Tolerance tolerance, string what)
    {
        double scale = 0, worstExcess = 0;
        foreach (double e in expected) scale = Math.Max(scale, Math.Abs(e));
        int worst = -1;
        for (int i = 0; i < expected.Length; i++)
        {
            double allowed = tolerance.Absolute * scale + tolerance.Relative * Math.Abs(expected[i]);
            double excess = Math.Abs(actual[i] - expected[i]) - allowed;
            if (!(excess <= worstExcess)) (worst, worstExcess) = (i, excess);
        }
        if (worst >= 0)
            Assert.Fail($"{what}: at {worst} {actual[worst]:R}, expected {expected[worst]:R} (largest {scale:G4})");
    }
}
