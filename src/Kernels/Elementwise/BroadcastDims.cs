namespace TripletGpu.Kernels;

/// <summary>
/// A shape of four axes with the strides of two operands along them; an operand that is broadcast along an axis has
/// stride 0 there. Shapes of fewer axes have leading axes of 1.
/// </summary>
public readonly record struct BroadcastDims(
    int Extent1, int Extent2, int Extent3, int StrideA0, int StrideA1, int StrideA2, int StrideA3, int StrideB0,
    int StrideB1, int StrideB2, int StrideB3)
{
    /// <summary>Where element i of the result finds its first operand.</summary>
    public int OffsetA(int i) => i / (Extent1 * Extent2 * Extent3) * StrideA0 + i / (Extent2 * Extent3) % Extent1 * StrideA1
        + i / Extent3 % Extent2 * StrideA2 + i % Extent3 * StrideA3;

    /// <summary>Where element i of the result finds its second operand.</summary>
    public int OffsetB(int i) => i / (Extent1 * Extent2 * Extent3) * StrideB0 + i / (Extent2 * Extent3) % Extent1 * StrideB1
        + i / Extent3 % Extent2 * StrideB2 + i % Extent3 * StrideB3;
}
