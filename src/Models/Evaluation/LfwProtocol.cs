namespace TripletGpu.Models.Evaluation;

/// <summary>
/// The protocol of Labeled Faces in the Wild as FaceNet's followers code it: the pairs in their given order form ten
/// folds; thresholds on the squared L2 distance are chosen on nine and tested on the tenth. A pair is accepted strictly
/// below the threshold.
/// </summary>
public static class LfwProtocol
{
    const int Folds = 10;
    const double LargestThreshold = 4, AccuracyStep = 0.01, ValidationStep = 0.001;

    /// <summary>Evaluates pairs of embeddings.</summary>
    /// <param name="faces">The embeddings.</param>
    /// <param name="first">The first of each pair, a row of <paramref name="faces"/>.</param>
    /// <param name="second">The second of each pair.</param>
    /// <param name="isSame">Whether each pair shows one person.</param>
    public static LfwResult Evaluate(
        EmbeddingSet faces, ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<bool> isSame)
    {
        float[] distances = new float[first.Length];
        for (int i = 0; i < distances.Length; i++)
            distances[i] = SquaredDistance.Between(faces.Row(first[i]), faces.Row(second[i]));
        return Evaluate(distances, isSame);
    }

    /// <summary>Evaluates pairs; both spans are of the same length, at least ten.</summary>
    /// <param name="distances">Squared L2.</param>
    /// <param name="isSame">Whether each pair shows one person.</param>
    /// <param name="falseAcceptRate">The target of VAL@FAR.</param>
    public static LfwResult Evaluate(
        ReadOnlySpan<float> distances, ReadOnlySpan<bool> isSame, double falseAcceptRate = 1e-3)
    {
        if (distances.Length != isSame.Length || distances.Length < Folds)
            throw new ArgumentException(
                $"{distances.Length} distances and {isSame.Length} answers do not make {Folds} folds");
        double[] accuracies = new double[Folds], validation = new double[Folds], falseAccepts = new double[Folds];
        for (int fold = 0; fold < Folds; fold++)
        {
            int from = distances.Length * fold / Folds, to = distances.Length * (fold + 1) / Folds;
            float[] train = [.. distances[..from], .. distances[to..]];
            bool[] trainIsSame = [.. isSame[..from], .. isSame[to..]];
            Counts test = Count(distances[from..to], isSame[from..to], BestThreshold(train, trainIsSame));
            accuracies[fold] = test.Accuracy;
            test = Count(distances[from..to], isSame[from..to], ThresholdAt(train, trainIsSame, falseAcceptRate));
            (validation[fold], falseAccepts[fold]) = (test.Validation, test.FalseAccept);
        }
        double mean = accuracies.Average();
        double deviation = Math.Sqrt(accuracies.Average(a => (a - mean) * (a - mean)));
        return new LfwResult(mean, deviation, validation.Average(), falseAccepts.Average());
    }

    static double BestThreshold(float[] distances, bool[] isSame)
    {
        double best = 0, accuracy = -1;
        for (int i = 0; i * AccuracyStep < LargestThreshold; i++)
        {
            double at = Count(distances, isSame, i * AccuracyStep).Accuracy;
            if (at > accuracy) (best, accuracy) = (i * AccuracyStep, at);
        }
        return best;
    }

    /// <summary>
    /// Where FAR reaches the target, interpolated between two thresholds; 0 if no threshold accepts so many.
    /// </summary>
    static double ThresholdAt(float[] distances, bool[] isSame, double falseAcceptRate)
    {
        double last = 0;
        for (int i = 0; i * ValidationStep < LargestThreshold; i++)
        {
            double at = Count(distances, isSame, i * ValidationStep).FalseAccept;
            if (at >= falseAcceptRate)
                return at > last
                    ? (i - 1 + (falseAcceptRate - last) / (at - last)) * ValidationStep
                    : i * ValidationStep;
            last = at;
        }
        return 0;
    }

    static Counts Count(ReadOnlySpan<float> distances, ReadOnlySpan<bool> isSame, double threshold)
    {
        Counts counts = default;
        for (int i = 0; i < distances.Length; i++)
        {
            bool accepted = distances[i] < threshold;
            if (isSame[i]) counts = counts with { Same = counts.Same + 1, Right = counts.Right + (accepted ? 1 : 0) };
            else counts = counts with { Different = counts.Different + 1, Wrong = counts.Wrong + (accepted ? 1 : 0) };
        }
        return counts;
    }

    readonly record struct Counts(int Same, int Right, int Different, int Wrong)
    {
        public double Accuracy => (double)(Right + Different - Wrong) / (Same + Different);

        public double Validation => Same == 0 ? 0 : (double)Right / Same;

        public double FalseAccept => Different == 0 ? 0 : (double)Wrong / Different;
    }
}

/// <summary>
/// The result over ten folds. A fold of the usual 6,000 pairs has 300 different-person pairs, so that a FAR of 1e-3 is
/// less than one pair of it.
/// </summary>
/// <param name="Accuracy">The mean.</param>
/// <param name="Deviation">Its standard deviation over folds.</param>
/// <param name="ValidationRate">VAL at the threshold whose FAR on the other folds is the target.</param>
/// <param name="FalseAcceptRate">The FAR that this gave on the tested folds.</param>
public sealed record LfwResult(double Accuracy, double Deviation, double ValidationRate, double FalseAcceptRate);
