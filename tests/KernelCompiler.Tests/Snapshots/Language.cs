using System;
using ILGPU;
using ILGPU.Algorithms;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Functions;

namespace Snapshots;

public enum Step { Half, Double, Keep }

public static partial class LanguageKernels
{
    const float Tiny = 1e-6f;
    const uint Multiplier = 0x9E37_79B9u;

    /// <summary>The constructs whose C meaning differs from C#'s, or that C writes differently.</summary>
    [Kernel]
    public static void Constructs(Index1D i, ArrayView<int> x, ArrayView<long> y, ArrayView<float> z)
    {
        int value = x[i];
        uint bits = unchecked((uint)value * Multiplier);         // wraps
        bits ^= bits >> 15;
        long wide = value * (long)bits + (value - bits);         // int - uint is long in C#, uint in C
        int logical = value >>> 3, arithmetic = value >> 3;      // C has no >>>
        logical >>>= value;
        const int local = 4 * 2;                                 // an array bound in C needs an enum
        var small = LocalMemory.Allocate<int>(local);
        for (int j = 0; j < local; j++)
            small[j] = j << (value & 7);

        Step step = (Step)(i % 3);
        switch (step)
        {
            case Step.Half: wide /= 2; break;
            case Step.Double: { wide *= 2; break; }
            default: break;
        }
        int chosen = step switch { Step.Half => 1, Step.Double => 2, _ => small[local - 1] };
        bool odd = (value & 1) != 0;
        wide += odd ? logical : arithmetic;

        float register = Tiny + 1f;                              // a C keyword as a name
        float exp = MathF.Exp(-MathF.Abs(value) * 0.001f);       // a device function as a name; int to float
        var (low, high) = MinMax(value / 7, b: value % 7);
        (low, high) = (high, low);
        Bounds(low, high, out int least);
        do { wide += chosen; chosen--; } while (chosen > 0 && !odd);
        unchecked
        {
            chosen *= value;
        }
        y[i] = wide + low - least + (value > 0 ? int.MaxValue : int.MinValue) + ((long)value << 20);
        z[i] = register * exp + MathF.Sqrt(5f + unchecked(value * value) % 5) + 1 / 2 + .5f + MathF.PI + XMath.Rsqrt(2f) % 1.5f;
        if (XMath.IsNaN(z[i])) z[i] = float.NegativeInfinity;
    }

    static (int Low, int High) MinMax(int a, int b) => a < b ? (a, b) : (b, a);

    /// <summary>The smaller one, through a reference, and a default value.</summary>
    static void Bounds(int a, int b, out int least, int bias = 0)
    {
        least = IntrinsicMath.Min(a, b) + bias;
    }
}
