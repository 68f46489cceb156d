namespace TripletGpu.Kernels.Elementwise;

/// <summary>
/// A shape of six axes with the strides of two operands along them; an operand that is broadcast along an axis has
/// stride 0 there. Shapes of fewer axes have leading axes of 1.
/// </summary>
public readonly record struct BroadcastDims(
    int Extent1, int Extent2, int Extent3, int Extent4, int Extent5, int StrideA0, int StrideA1, int StrideA2,
    int StrideA3,
    int StrideA4, int StrideA5, int StrideB0, int StrideB1, int StrideB2, int StrideB3, int StrideB4, int StrideB5)
{
    /// <summary>Where element i of the result finds its first operand.</summary>
    public int OffsetA(int i)
    {
        int last = i / Extent5, next = last / Extent4, third = next / Extent3, second = third / Extent2;
        return i % Extent5 * StrideA5 + last % Extent4 * StrideA4 + next % Extent3 * StrideA3
            + third % Extent2 * StrideA2
            + second % Extent1 * StrideA1 + second / Extent1 * StrideA0;
    }

    /// <summary>Where element i of the result finds its second operand.</summary>
    public int OffsetB(int i)
    {
        int last = i / Extent5, next = last / Extent4, third = next / Extent3, second = third / Extent2;
        return i % Extent5 * StrideB5 + last % Extent4 * StrideB4 + next % Extent3 * StrideB3
            + third % Extent2 * StrideB2
            + second % Extent1 * StrideB1 + second / Extent1 * StrideB0;
    }
}
