namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// 4 x 4 sums of a product in registers. Fields and not an array: a field is a register for every compiler, an array
/// only for one that unrolls each loop over it.
/// </summary>
public struct Quad
{
    /// <summary>Four columns of a row.</summary>
    public Float4 Row0, Row1, Row2, Row3;

    /// <summary>All sums = 0.</summary>
    public static void Clear(out Quad sums)
    {
        sums.Row0 = new(0f, 0f, 0f, 0f);
        sums.Row1 = new(0f, 0f, 0f, 0f);
        sums.Row2 = new(0f, 0f, 0f, 0f);
        sums.Row3 = new(0f, 0f, 0f, 0f);
    }

    /// <summary>sums += a b: a column of A times a row of B.</summary>
    public static void MultiplyAdd(Float4 a, Float4 b, ref Quad sums)
    {
        sums.Row0 = Float4.MultiplyAdd(a.X, b, sums.Row0);
        sums.Row1 = Float4.MultiplyAdd(a.Y, b, sums.Row1);
        sums.Row2 = Float4.MultiplyAdd(a.Z, b, sums.Row2);
        sums.Row3 = Float4.MultiplyAdd(a.W, b, sums.Row3);
    }

    /// <summary>
    /// sums += (a - b)^2, of each of A's elements with each of B's: the differences rounded, a square and its sum once.
    /// </summary>
    public static void AddSquares(Float4 a, Float4 b, ref Quad sums)
    {
        sums.Row0 = Float4.AddSquares(a.X, b, sums.Row0);
        sums.Row1 = Float4.AddSquares(a.Y, b, sums.Row1);
        sums.Row2 = Float4.AddSquares(a.Z, b, sums.Row2);
        sums.Row3 = Float4.AddSquares(a.W, b, sums.Row3);
    }
}
