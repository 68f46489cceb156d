using System.Globalization;
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

    /// <summary>Sees to it that the squared distance of any two such rows is a float.</summary>
    /// <param name="name">What they are.</param>
    /// <param name="values">Row by row.</param>
    /// <param name="dimension">The width of a row.</param>
    /// <param name="first">The number of the first row.</param>
    /// <exception cref="UserErrorException">A row is longer than half the root of the largest float.</exception>
    public static void MustFit(string name, ReadOnlySpan<float> values, int dimension, long first)
    {
        const double most = float.MaxValue / 4;
        for (int i = 0; i < values.Length; i += dimension)
            if (Length(values.Slice(i, dimension)) is var length and > most)
                throw new UserErrorException(string.Create(CultureInfo.InvariantCulture,
                    $"{name}: row {first + i / dimension} has the length {Math.Sqrt(length):0.##e+0}: squared distances"
                    + $" from rows longer than {Math.Sqrt(most):0.##e+0} are beyond float32: scale all rows down"));
    }

    /// <summary>The square of the length of a row.</summary>
    public static double Length(ReadOnlySpan<float> a)
    {
        double sum = 0;
        foreach (float v in a) sum += (double)v * v;
        return sum;
    }
}
