using System.Numerics;
using System.Runtime.InteropServices;

namespace TripletGpu.Models.Evaluation;

/// <summary>The sum of squared differences of two rows on the host, for samples of pairs.</summary>
static class SquaredDistance
{
    public static float Between(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        ReadOnlySpan<Vector<float>> va = MemoryMarshal.Cast<float, Vector<float>>(a),
            vb = MemoryMarshal.Cast<float, Vector<float>>(b);
        Vector<float> sums = Vector<float>.Zero;
        for (int i = 0; i < va.Length; i++) sums += (va[i] - vb[i]) * (va[i] - vb[i]);
        float sum = Vector.Sum(sums);
        for (int i = va.Length * Vector<float>.Count; i < a.Length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
        return sum;
    }

    /// <summary>The square of the length of a row.</summary>
    public static double Length(ReadOnlySpan<float> a)
    {
        double sum = 0;
        foreach (float v in a) sum += (double)v * v;
        return sum;
    }
}
