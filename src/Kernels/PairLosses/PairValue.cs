namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// What a row contributes. The loss of a batch is the sum of First by that of FirstCount, and the same of Second, each
/// 0 where nothing counts.
/// </summary>
public struct PairValue
{
    /// <summary>The loss of the row, or of its positives where a loss has two parts.</summary>
    public float First;

    /// <summary>What it adds to the divisor: whether the row counts, or how many of its pairs do.</summary>
    public float FirstCount;

    /// <summary>The loss of its negatives.</summary>
    public float Second;

    /// <summary>What that adds to its divisor.</summary>
    public float SecondCount;

    /// <summary>The derivative by P; where each positive is compared, the factor of each one's own.</summary>
    public float ByPositive;

    /// <summary>The derivative by N.</summary>
    public float ByNegative;

    /// <summary>The derivative by the sum of u.</summary>
    public float ByLinear;

    /// <summary>A row that does not count.</summary>
    public static void Start(out PairValue value)
    {
        value.First = 0f;
        value.FirstCount = 0f;
        value.Second = 0f;
        value.SecondCount = 0f;
        value.ByPositive = 0f;
        value.ByNegative = 0f;
        value.ByLinear = 0f;
    }
}
