namespace TripletGpu.Kernels.Functions;

/// <summary>
/// Lane-wise float arithmetic on vectors of any width, so that a function is written once for all. The CPU backend
/// has one implementation for each width; GPU kernels use the scalar forms.
/// </summary>
public interface ISimd<TSelf> where TSelf : struct, ISimd<TSelf>
{
    /// <summary>All lanes set to <paramref name="value"/>.</summary>
    static abstract TSelf Create(float value);

    /// <summary>a + b.</summary>
    static abstract TSelf operator +(TSelf a, TSelf b);

    /// <summary>a - b.</summary>
    static abstract TSelf operator -(TSelf a, TSelf b);

    /// <summary>a * b.</summary>
    static abstract TSelf operator *(TSelf a, TSelf b);

    /// <summary>a / b.</summary>
    static abstract TSelf operator /(TSelf a, TSelf b);

    /// <summary>-a.</summary>
    static abstract TSelf operator -(TSelf a);

    /// <summary>a * b + c, rounded once where the hardware can.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The larger of each pair; NaN if one is NaN.</summary>
    static abstract TSelf Max(TSelf a, TSelf b);

    /// <summary>The smaller of each pair; NaN if one is NaN.</summary>
    static abstract TSelf Min(TSelf a, TSelf b);

    /// <summary>|a|.</summary>
    static abstract TSelf Abs(TSelf a);

    /// <summary>The magnitude of <paramref name="a"/> with the sign of <paramref name="sign"/>.</summary>
    static abstract TSelf CopySign(TSelf a, TSelf sign);

    /// <summary>The square root.</summary>
    static abstract TSelf Sqrt(TSelf a);

    /// <summary>e to the power of a.</summary>
    static abstract TSelf Exp(TSelf a);

    /// <summary>The natural logarithm.</summary>
    static abstract TSelf Log(TSelf a);

    /// <summary>a to the power of b, as <see cref="MathF.Pow"/>.</summary>
    static abstract TSelf Power(TSelf a, TSelf b);

    /// <summary>A mask for <see cref="Select"/>: where a > b.</summary>
    static abstract TSelf GreaterThan(TSelf a, TSelf b);

    /// <summary>Where the mask holds <paramref name="yes"/>, elsewhere <paramref name="no"/>.</summary>
    static abstract TSelf Select(TSelf mask, TSelf yes, TSelf no);
}
