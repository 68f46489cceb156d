using System.Runtime.InteropServices;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels;

/// <summary>
/// Four floats that load and store as one: <c>float4</c> in OpenCL and CUDA. View memory as these with
/// <c>Cast&lt;Float4&gt;()</c> where the first element lies at a multiple of four.
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 16)]
public struct Float4(float x, float y, float z, float w)
{
    /// <summary>One of the numbers.</summary>
    public float X = x, Y = y, Z = z, W = w;

    /// <summary>x * y + sum, element by element: <see cref="Fused.MultiplyAddEstimate"/>.</summary>
    public static Float4 MultiplyAdd(float x, Float4 y, Float4 sum) =>
        new(Fused.MultiplyAddEstimate(x, y.X, sum.X), Fused.MultiplyAddEstimate(x, y.Y, sum.Y),
            Fused.MultiplyAddEstimate(x, y.Z, sum.Z), Fused.MultiplyAddEstimate(x, y.W, sum.W));

    /// <summary>(x - y)^2 + sum, element by element: <see cref="Fused.MultiplyAdd"/>.</summary>
    public static Float4 AddSquares(float x, Float4 y, Float4 sum)
    {
        float a = x - y.X, b = x - y.Y, c = x - y.Z, d = x - y.W;
        return new(
            Fused.MultiplyAdd(a, a, sum.X), Fused.MultiplyAdd(b, b, sum.Y), Fused.MultiplyAdd(c, c, sum.Z),
            Fused.MultiplyAdd(d, d, sum.W));
    }
}
