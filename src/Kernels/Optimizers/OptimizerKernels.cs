using ILGPU;

namespace TripletGpu.Kernels.Optimizers;

/// <summary>
/// Parameter updates, generic over the rule, and the search for numbers that must not become weights. The marks are the
/// number of the last update that was refused, of the last that overflowed, and of the last for each tensor.
/// </summary>
public static partial class OptimizerKernels
{
    /// <summary>The mark of an update that is not made.</summary>
    public const int Refused = 0;

    /// <summary>The mark of an update that gave NaN or infinity.</summary>
    public const int Overflowed = 1;

    /// <summary>The first tensor's mark.</summary>
    public const int FirstTensor = 2;

    /// <summary>
    /// One step of a rule for each weight, with the values that it keeps; a rule that keeps fewer than two gets the
    /// weights in their place and leaves them. Nothing, if this update is marked as refused. Parallel over weights; 8
    /// to 24 bytes a weight, bound by memory.
    /// </summary>
    [Kernel]
    public static void Update<TRule>(
        Index1D i, [MayAlias] ArrayView<float> weights, ArrayView<float> gradient, [MayAlias] ArrayView<float> first,
        [MayAlias] ArrayView<float> second, ArrayView<int> marks, TRule rule, int kept, int place, int number)
        where TRule : struct, IUpdateRule
    {
        if (marks[Refused] != number)
        {
            float a = kept > 0 ? first[i] : 0f, b = kept > 1 ? second[i] : 0f;
            float weight = rule.Update(weights[i], gradient[i], ref a, ref b);
            weights[i] = weight;
            if (kept > 0) first[i] = a;
            if (kept > 1) second[i] = b;
            if (!(IsFinite(weight) && IsFinite(a) && IsFinite(b)))
            {
                marks[Overflowed] = number;
                marks[place] = number;
            }
        }
    }

    /// <summary>
    /// Marks an update as refused, and each of eight tensors that has an element that is NaN or infinite: all that do
    /// write the same. Parallel over the elements of the longest; 4 bytes an element, bound by memory.
    /// </summary>
    [Kernel]
    public static void MarkNonFinite(
        Index1D i, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> d, ArrayView<float> e,
        ArrayView<float> f, ArrayView<float> g, ArrayView<float> h, ArrayView<int> marks, MarkDims dims)
    {
        if (i < dims.A && !IsFinite(a[i])) Mark(marks, dims, 0);
        if (i < dims.B && !IsFinite(b[i])) Mark(marks, dims, 1);
        if (i < dims.C && !IsFinite(c[i])) Mark(marks, dims, 2);
        if (i < dims.D && !IsFinite(d[i])) Mark(marks, dims, 3);
        if (i < dims.E && !IsFinite(e[i])) Mark(marks, dims, 4);
        if (i < dims.F && !IsFinite(f[i])) Mark(marks, dims, 5);
        if (i < dims.G && !IsFinite(g[i])) Mark(marks, dims, 6);
        if (i < dims.H && !IsFinite(h[i])) Mark(marks, dims, 7);
    }

    static void Mark(ArrayView<int> marks, MarkDims dims, int tensor)
    {
        marks[Refused] = dims.Number;
        marks[dims.First + tensor] = dims.Number;
    }

    static bool IsFinite(float x) => x - x == 0f;
}
