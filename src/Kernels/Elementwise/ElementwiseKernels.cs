using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Elementwise;

/// <summary>
/// One value from one or two values. All are bound by memory: 4 bytes an operand and element, a few operations. Generic
/// over the function, so that a new one adds no kernel.
/// </summary>
public static partial class ElementwiseKernels
{
    /// <summary>y = f(x), parallel over elements. In place is fine.</summary>
    [Kernel]
    public static void Map<TMath>(Index1D i, [MayAlias] ArrayView<float> x, [MayAlias] ArrayView<float> y)
        where TMath : struct, IUnaryMath
    {
        y[i] = TMath.Forward(x[i]);
    }

    /// <summary>
    /// dx = dy * f'(x), or adds it where <paramref name="accumulate"/> is not 0; parallel over elements. A function
    /// that does not read x or y gets dy in its place.
    /// </summary>
    [Kernel]
    public static void MapBackward<TMath>(
        Index1D i, [MayAlias] ArrayView<float> x, [MayAlias] ArrayView<float> y, [MayAlias] ArrayView<float> dy,
        [MayAlias] ArrayView<float> dx, int accumulate)
        where TMath : struct, IUnaryMath
    {
        float gradient = TMath.Backward(x[i], y[i], dy[i]);
        dx[i] = accumulate != 0 ? dx[i] + gradient : gradient;
    }

    /// <summary>y = f(a, b) of equal shapes, parallel over elements.</summary>
    [Kernel]
    public static void Zip<TMath>(
        Index1D i, [MayAlias] ArrayView<float> a, [MayAlias] ArrayView<float> b, [MayAlias] ArrayView<float> y)
        where TMath : struct, IBinaryMath
    {
        y[i] = TMath.Forward(a[i], b[i]);
    }

    /// <summary>
    /// da = dy * df/da of equal shapes, or adds it; parallel over elements. A function that does not read a, b or y
    /// gets dy in its place.
    /// </summary>
    [Kernel]
    public static void ZipBackwardA<TMath>(
        Index1D i, [MayAlias] ArrayView<float> a, [MayAlias] ArrayView<float> b, [MayAlias] ArrayView<float> y,
        [MayAlias] ArrayView<float> dy, [MayAlias] ArrayView<float> da, int accumulate)
        where TMath : struct, IBinaryMath
    {
        float gradient = TMath.BackwardA(a[i], b[i], y[i], dy[i]);
        da[i] = accumulate != 0 ? da[i] + gradient : gradient;
    }

    /// <summary>db = dy * df/db, as <see cref="ZipBackwardA"/>.</summary>
    [Kernel]
    public static void ZipBackwardB<TMath>(
        Index1D i, [MayAlias] ArrayView<float> a, [MayAlias] ArrayView<float> b, [MayAlias] ArrayView<float> y,
        [MayAlias] ArrayView<float> dy, [MayAlias] ArrayView<float> db, int accumulate)
        where TMath : struct, IBinaryMath
    {
        float gradient = TMath.BackwardB(a[i], b[i], y[i], dy[i]);
        db[i] = accumulate != 0 ? db[i] + gradient : gradient;
    }

    /// <summary>y = f(a, b), where a and b broadcast to the shape of y; parallel over the elements of y.</summary>
    [Kernel]
    public static void ZipBroadcast<TMath>(
        Index1D i, [MayAlias] ArrayView<float> a, [MayAlias] ArrayView<float> b, [MayAlias] ArrayView<float> y,
        BroadcastDims dims)
        where TMath : struct, IBinaryMath
    {
        y[i] = TMath.Forward(a[dims.OffsetA(i)], b[dims.OffsetB(i)]);
    }

    /// <summary>y = f(a, b) with the same b for every element.</summary>
    [Kernel]
    public static void MapWithScalar<TMath>(Index1D i, [MayAlias] ArrayView<float> a, [MayAlias] ArrayView<float> y,
        float b)
        where TMath : struct, IBinaryMath
    {
        y[i] = TMath.Forward(a[i], b);
    }

    /// <summary>da = dy * df/da for the same b everywhere; overwrites or adds.</summary>
    [Kernel]
    public static void MapWithScalarBackward<TMath>(
        Index1D i, [MayAlias] ArrayView<float> a, [MayAlias] ArrayView<float> y, [MayAlias] ArrayView<float> dy,
        [MayAlias] ArrayView<float> da, float b, int accumulate)
        where TMath : struct, IBinaryMath
    {
        float gradient = TMath.BackwardA(a[i], b, y[i], dy[i]);
        da[i] = accumulate != 0 ? da[i] + gradient : gradient;
    }

    /// <summary>y = scale * x + shift, or adds it.</summary>
    [Kernel]
    public static void Affine(
        Index1D i, [MayAlias] ArrayView<float> x, [MayAlias] ArrayView<float> y, float scale, float shift,
        int accumulate)
    {
        float value = scale * x[i] + shift;
        y[i] = accumulate != 0 ? y[i] + value : value;
    }

    /// <summary>Every element of x set to a value.</summary>
    [Kernel]
    public static void Fill(Index1D i, ArrayView<float> x, float value)
    {
        x[i] = value;
    }

    /// <summary>y = x; the two do not overlap.</summary>
    [Kernel]
    public static void Copy(Index1D i, ArrayView<float> x, ArrayView<float> y)
    {
        y[i] = x[i];
    }
}
