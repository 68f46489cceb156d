namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// An item's 8 x 8 sums. A smaller tile uses only the first ones, and no register holds the others.
/// </summary>
public struct TileSums
{
    public Quad First, Right, Below, Last;

    /// <summary>All sums = 0.</summary>
    public static void Clear(out TileSums sums)
    {
        Quad.Clear(out sums.First);
        Quad.Clear(out sums.Right);
        Quad.Clear(out sums.Below);
        Quad.Clear(out sums.Last);
    }
}
