using TripletGpu.Models.Calibration;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Models.Tests.Calibration;

/// <summary>Is the interval honest? Scores are drawn from a model whose FAR is known at every threshold.</summary>
public sealed class PairCalibrationTests
{
    /// <summary>
    /// The distance of two images is normal: 10, plus what each person brings to all pairs, plus what each image does,
    /// plus what is the pair's own.
    /// </summary>
    [TestCase(100, 3, 0.01, 0.3, 0.2)]
    [TestCase(200, 3, 0.001, 0.3, 0.2)]
    [TestCase(60, 5, 0.01, 0.5, 0.2)]
    [TestCase(100, 4, 0.01, 0.0, 0.0)]
    [TestCase(40, 4, 0.05, 0.4, 0.3)]
    public void TrueFar_LiesInTheInterval(int people, int images, double far, double ofPerson, double ofImage)
    {
        int simulations =
            int.TryParse(Environment.GetEnvironmentVariable("TRIPLET_SIMULATIONS"), out int set) ? set : 60;
        int inside = 0;
        for (int i = 0; i < simulations; i++)
        {
            EstimatedRate rate = Simulate(people, images, far, ofPerson, ofImage, (ulong)i, out double truth);
            if (rate.Low <= truth && truth <= rate.High) inside++;
        }
        TestContext.Out.WriteLine($"{inside} of {simulations}");
        double share = (double)inside / simulations;
        // 93 to 99 % of many; of few what four standard deviations allow.
        double slack = 4 * Math.Sqrt(0.95 * 0.05 / simulations);
        Assert.That(share, Is.InRange(Math.Min(0.93, 0.95 - slack), Math.Max(0.99, 0.95 + slack)));
    }

    static EstimatedRate Simulate(
        int people, int images, double far, double ofPerson, double ofImage, ulong seed, out double truth)
    {
        Philox random = new(seed);
        double own = Math.Sqrt(1 - 2 * ofPerson * ofPerson - 2 * ofImage * ofImage);
        int n = people * images;
        double[] effects = new double[n];
        for (int p = 0; p < people; p++)
        {
            double person = ofPerson * random.NextNormal();
            for (int i = 0; i < images; i++) effects[p * images + i] = person + ofImage * random.NextNormal();
        }
        List<int> first = [], second = [];
        List<float> distances = [];
        for (int a = 0; a < n; a++)
            for (int b = 0; b < a; b++)
            {
                if (a / images == b / images) continue;
                first.Add(a / images);
                second.Add(b / images);
                distances.Add((float)(10 + effects[a] + effects[b] + own * random.NextNormal()));
            }
        PairCalibration result = PairCalibration.Of(
            new PairScores([.. first], [.. second], [.. distances], people), far);
        truth = NormalCumulative(result.Threshold - 10.0);
        return result.Far;
    }

    /// <summary>Simpson's rule on the density.</summary>
    static double NormalCumulative(double x)
    {
        const int steps = 2000;
        double from = Math.Min(-9, x - 1), h = (x - from) / steps, sum = 0;
        for (int i = 0; i <= steps; i++)
        {
            double at = from + i * h;
            sum += (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.Exp(-at * at / 2);
        }
        return sum * h / 3 / Math.Sqrt(2 * Math.PI);
    }
}
