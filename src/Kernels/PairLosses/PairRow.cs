using ILGPU;

namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// What the passes over a row's similarities gather; the same code on every device. Sums run in the order in which
/// pairs are given.
/// </summary>
public struct PairRow
{
    /// <summary>Numbers that a row leaves for the gradient and the total: see <see cref="Store"/>.</summary>
    public const int Length = 11;

    /// <summary>Places of the parts of the loss and their counts among these.</summary>
    public const int First = 7, FirstCount = 8, Second = 9, SecondCount = 10;

    /// <summary>The least similarity of a positive, infinity without one.</summary>
    public float Least;

    /// <summary>The largest similarity of a negative, negative infinity without one.</summary>
    public float Most;

    /// <summary>The largest u.</summary>
    public float TopPositive;

    /// <summary>The largest v.</summary>
    public float TopNegative;

    /// <summary>How many positives are taken.</summary>
    public float Positives;

    /// <summary>How many negatives are taken.</summary>
    public float Negatives;

    /// <summary>The sum of e^(u - the largest), or of u.</summary>
    public float PositiveSum;

    /// <summary>The sum of e^(v - the largest), or of v.</summary>
    public float NegativeSum;

    /// <summary>The sum of u.</summary>
    public float Linear;

    /// <summary>0, or NaN where a similarity is not finite.</summary>
    public float Poison;

    /// <summary>Where each positive is compared: the sum of ln(1 + e^(N - u)).</summary>
    public float Losses;

    /// <summary>And of its derivative by N.</summary>
    public float Shares;

    /// <summary>P.</summary>
    public float LogPositive;

    /// <summary>N.</summary>
    public float LogNegative;

    /// <summary>Nothing seen yet.</summary>
    public static void Start(out PairRow row)
    {
        row.Least = float.PositiveInfinity;
        row.Most = float.NegativeInfinity;
        row.TopPositive = float.NegativeInfinity;
        row.TopNegative = float.NegativeInfinity;
        row.Positives = 0f;
        row.Negatives = 0f;
        row.PositiveSum = 0f;
        row.NegativeSum = 0f;
        row.Linear = 0f;
        row.Poison = 0f;
        row.Losses = 0f;
        row.Shares = 0f;
        row.LogPositive = float.NegativeInfinity;
        row.LogNegative = float.NegativeInfinity;
    }

    /// <summary>The first pass: extremes. NaN is none of them.</summary>
    public static void Extend<TLoss>(TLoss loss, int kind, float s, ref PairRow row) where TLoss : struct, IPairLoss
    {
        if (kind > 0)
        {
            float u = loss.PositiveLogit(s);
            if (s < row.Least) row.Least = s;
            if (u > row.TopPositive) row.TopPositive = u;
        }
        if (kind < 0)
        {
            float v = loss.NegativeLogit(s);
            if (s > row.Most) row.Most = s;
            if (v > row.TopNegative) row.TopNegative = v;
        }
    }

    /// <summary>The second pass: sums over what is taken.</summary>
    public static void Add<TLoss>(TLoss loss, int kind, float s, ref PairRow row) where TLoss : struct, IPairLoss
    {
        if (kind != 0) row.Poison += s - s;
        if (kind > 0 && loss.TakesPositive(s, row.Most))
        {
            float u = loss.PositiveLogit(s);
            row.Positives += 1f;
            row.Linear += u;
            row.PositiveSum += TLoss.SumsExponentials ? MathF.Exp(u - row.TopPositive) : u;
        }
        if (kind < 0 && loss.TakesNegative(s, row.Least))
        {
            float v = loss.NegativeLogit(s);
            row.Negatives += 1f;
            row.NegativeSum += TLoss.SumsExponentials ? MathF.Exp(v - row.TopNegative) : v;
        }
    }

    /// <summary>P and N from the sums.</summary>
    public static void Close<TLoss>(ref PairRow row) where TLoss : struct, IPairLoss
    {
        row.LogPositive = row.PositiveSum;
        row.LogNegative = row.NegativeSum;
        if (TLoss.SumsExponentials)
        {
            row.LogPositive = LogSum.Of(row.TopPositive, row.PositiveSum);
            row.LogNegative = LogSum.Of(row.TopNegative, row.NegativeSum);
        }
    }

    /// <summary>The third pass, of a loss that compares each positive with all negatives.</summary>
    public static void Compare<TLoss>(TLoss loss, int kind, float s, ref PairRow row) where TLoss : struct, IPairLoss
    {
        if (kind > 0)
        {
            float x = row.LogNegative - loss.PositiveLogit(s);
            row.Losses += LogSum.Softplus(x);
            row.Shares += LogSum.Sigmoid(x);
        }
    }

    /// <summary>The row's loss and derivatives; all 0 but the counts where it does not count.</summary>
    public static void Conclude<TLoss>(TLoss loss, PairRow row, out PairValue value) where TLoss : struct, IPairLoss
    {
        PairValue.Start(out value);
        float p = TLoss.ComparesEachPositive ? row.Losses : row.LogPositive, n = row.LogNegative;
        value.FirstCount = loss.Count(row.Positives, row.Negatives);
        if (value.FirstCount > 0f)
        {
            value.First = loss.Value(p, n, row.Positives > 0f ? row.Linear / row.Positives : 0f);
            value.ByPositive = loss.ByPositive(p, n);
            value.ByNegative = loss.ByNegative(p, n);
            if (TLoss.ComparesEachPositive) value.ByNegative *= row.Shares;
            if (row.Positives > 0f) value.ByLinear = loss.ByMean(p) / row.Positives;
        }
        if (TLoss.HasTwoParts)
        {
            value.SecondCount = loss.SecondCount(row.Negatives);
            value.Second = value.SecondCount > 0f ? loss.Second(n) : 0f;
            value.ByNegative = loss.ByNegative(p, n);
        }
        value.First += row.Poison;
    }

    /// <summary>dL/ds of a pair; first and second are the gradients of the row's parts.</summary>
    public static float SlopeOf<TLoss>(
        TLoss loss, int kind, float s, PairRow row, PairValue value, float first, float second)
        where TLoss : struct, IPairLoss
    {
        float slope = 0f;
        if (kind > 0 && loss.TakesPositive(s, row.Most))
        {
            float by = value.ByPositive;
            if (TLoss.ComparesEachPositive)
                by *= -LogSum.Sigmoid(row.LogNegative - loss.PositiveLogit(s));
            else if (TLoss.SumsExponentials)
                by *= MathF.Exp(loss.PositiveLogit(s) - row.LogPositive);
            slope = first * (by + value.ByLinear) * loss.PositiveSlope(s);
        }
        if (kind < 0 && loss.TakesNegative(s, row.Least))
        {
            float by = value.ByNegative;
            if (TLoss.SumsExponentials)
                by *= MathF.Exp(loss.NegativeLogit(s) - row.LogNegative);
            slope = (TLoss.HasTwoParts ? second : first) * by * loss.NegativeSlope(s);
        }
        return slope;
    }

    /// <summary>Writes what the gradient and the total need of row <paramref name="i"/>.</summary>
    public static void Store(ArrayView<float> rows, int i, PairRow row, PairValue value)
    {
        int at = i * Length;
        rows[at] = row.Least;
        rows[at + 1] = row.Most;
        rows[at + 2] = row.LogPositive;
        rows[at + 3] = row.LogNegative;
        rows[at + 4] = value.ByPositive;
        rows[at + 5] = value.ByNegative;
        rows[at + 6] = value.ByLinear;
        rows[at + First] = value.First;
        rows[at + FirstCount] = value.FirstCount;
        rows[at + Second] = value.Second;
        rows[at + SecondCount] = value.SecondCount;
    }

    /// <summary>Reads back what the gradient needs.</summary>
    public static void Load(ArrayView<float> rows, int i, out PairRow row, out PairValue value)
    {
        int at = i * Length;
        Start(out row);
        PairValue.Start(out value);
        row.Least = rows[at];
        row.Most = rows[at + 1];
        row.LogPositive = rows[at + 2];
        row.LogNegative = rows[at + 3];
        value.ByPositive = rows[at + 4];
        value.ByNegative = rows[at + 5];
        value.ByLinear = rows[at + 6];
    }
}
