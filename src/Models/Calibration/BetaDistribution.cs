namespace TripletGpu.Models.Calibration;

/// <summary>Quantiles of the beta and of Student's distribution, by the incomplete beta function.</summary>
static class BetaDistribution
{
    // Lanczos' approximation with g = 7 (Numerical Recipes, 6.1, in Godfrey's coefficients): 15 digits.
    static readonly double[] lanczos =
    [
        0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
        12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
    ];

    /// <summary>I_x(a, b), the probability of a beta variable to be at most x.</summary>
    public static double Cumulative(double x, double a, double b)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        double front = Math.Exp(
            LogGamma(a + b) - LogGamma(a) - LogGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x));
        // The fraction converges fast on one side of the mean; the other is its mirror image.
        return x < (a + 1) / (a + b + 2) ? front * Fraction(x, a, b) / a : 1 - front * Fraction(1 - x, b, a) / b;
    }

    /// <summary>The value that a beta variable is below with this probability; 0 and 1 where a or b is 0.</summary>
    public static double Quantile(double probability, double a, double b)
    {
        if (a <= 0) return 0;
        if (b <= 0) return 1;
        double low = 0, high = 1;
        for (int i = 0; i < 100 && high - low > 1e-16 * high; i++)
        {
            // In the middle of the orders of magnitude as long as they differ: rates may be very small.
            double middle = low > 0 && high > 4 * low ? Math.Sqrt(low * high) : (low + high) / 2;
            if (Cumulative(middle, a, b) < probability) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    /// <summary>How far a normal variable is from 0 at most with probability 0.95.</summary>
    public const double Normal95 = 1.959963984540054;

    /// <summary>How far Student's t with these degrees of freedom is from 0 at most with probability 0.95.</summary>
    public static double Student95(double degrees)
    {
        // t^2 / (n + t^2) is a beta variable of 1/2 and n/2.
        double x = Quantile(0.95, 0.5, degrees / 2);
        return Math.Sqrt(degrees * x / (1 - x));
    }

    /// <summary>Lentz's continued fraction (Numerical Recipes, 6.4).</summary>
    static double Fraction(double x, double a, double b)
    {
        const double tiny = 1e-300;
        double c = 1, d = 1 / Bounded(1 - (a + b) * x / (a + 1)), result = d;
        for (int m = 1; m <= 500; m++)
        {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / Bounded(1 + even * d);
            c = Bounded(1 + even / c);
            result *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / Bounded(1 + odd * d);
            c = Bounded(1 + odd / c);
            result *= d * c;
            if (Math.Abs(d * c - 1) < 1e-15) break;
        }
        return result;

        static double Bounded(double value) => Math.Abs(value) < tiny ? tiny : value;
    }

    static double LogGamma(double x)
    {
        if (x < 0.5) return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);
        double sum = lanczos[0];
        for (int i = 1; i < lanczos.Length; i++) sum += lanczos[i] / (x - 1 + i);
        double t = x + 6.5;
        return 0.5 * Math.Log(2 * Math.PI) + (x - 0.5) * Math.Log(t) - t + Math.Log(sum);
    }
}
