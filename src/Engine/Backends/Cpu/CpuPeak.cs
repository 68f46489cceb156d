using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TripletGpu.Backends.Cpu;

namespace TripletGpu.Runner.Bench;

/// <summary>
/// The processor's peak in float32: independent chains of fused multiply-adds in registers, on every thread of the
/// backend. Enough chains to cover the latency of two units of four cycles.
/// </summary>
static class CpuPeak
{
    const int Rounds = 4_000_000, Chains = 12, Attempts = 5;

    /// <summary>1e9 operations a second, a multiply-add counted as two; the best of several attempts.</summary>
    public static double MeasureGflops(CpuBackend backend)
    {
        int lanes = backend.Instructions switch { CpuInstructionSet.Avx512 => 16, CpuInstructionSet.Avx2 => 8, _ => 4 };
        double best = 0;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            long started = Stopwatch.GetTimestamp();
            backend.Workers.Run(_ =>
            {
                float kept = lanes switch { 16 => Run512(), 8 => Run256(), _ => Run128() };
                if (float.IsNaN(kept)) throw new InvalidOperationException("the peak loop left the finite numbers");
            });
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            best = Math.Max(best, 2.0 * lanes * Chains * Rounds * backend.Workers.Threads / seconds * 1e-9);
        }
        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Run512()
    {
        Vector512<float> m = Vector512.Create(0.999f), b = Vector512.Create(0.001f);
        Vector512<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < Rounds; i++)
        {
            c0 = Vector512.FusedMultiplyAdd(c0, m, b);
            c1 = Vector512.FusedMultiplyAdd(c1, m, b);
            c2 = Vector512.FusedMultiplyAdd(c2, m, b);
            c3 = Vector512.FusedMultiplyAdd(c3, m, b);
            c4 = Vector512.FusedMultiplyAdd(c4, m, b);
            c5 = Vector512.FusedMultiplyAdd(c5, m, b);
            c6 = Vector512.FusedMultiplyAdd(c6, m, b);
            c7 = Vector512.FusedMultiplyAdd(c7, m, b);
            c8 = Vector512.FusedMultiplyAdd(c8, m, b);
            c9 = Vector512.FusedMultiplyAdd(c9, m, b);
            c10 = Vector512.FusedMultiplyAdd(c10, m, b);
            c11 = Vector512.FusedMultiplyAdd(c11, m, b);
        }
        return Vector512.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Run256()
    {
        Vector256<float> m = Vector256.Create(0.999f), b = Vector256.Create(0.001f);
        Vector256<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < Rounds; i++)
        {
            c0 = Vector256.FusedMultiplyAdd(c0, m, b);
            c1 = Vector256.FusedMultiplyAdd(c1, m, b);
            c2 = Vector256.FusedMultiplyAdd(c2, m, b);
            c3 = Vector256.FusedMultiplyAdd(c3, m, b);
            c4 = Vector256.FusedMultiplyAdd(c4, m, b);
            c5 = Vector256.FusedMultiplyAdd(c5, m, b);
            c6 = Vector256.FusedMultiplyAdd(c6, m, b);
            c7 = Vector256.FusedMultiplyAdd(c7, m, b);
            c8 = Vector256.FusedMultiplyAdd(c8, m, b);
            c9 = Vector256.FusedMultiplyAdd(c9, m, b);
            c10 = Vector256.FusedMultiplyAdd(c10, m, b);
            c11 = Vector256.FusedMultiplyAdd(c11, m, b);
        }
        return Vector256.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static float Run128()
    {
        Vector128<float> m = Vector128.Create(0.999f), b = Vector128.Create(0.001f);
        Vector128<float> c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
        for (int i = 0; i < Rounds; i++)
        {
            c0 = Vector128.MultiplyAddEstimate(c0, m, b);
            c1 = Vector128.MultiplyAddEstimate(c1, m, b);
            c2 = Vector128.MultiplyAddEstimate(c2, m, b);
            c3 = Vector128.MultiplyAddEstimate(c3, m, b);
            c4 = Vector128.MultiplyAddEstimate(c4, m, b);
            c5 = Vector128.MultiplyAddEstimate(c5, m, b);
            c6 = Vector128.MultiplyAddEstimate(c6, m, b);
            c7 = Vector128.MultiplyAddEstimate(c7, m, b);
            c8 = Vector128.MultiplyAddEstimate(c8, m, b);
            c9 = Vector128.MultiplyAddEstimate(c9, m, b);
            c10 = Vector128.MultiplyAddEstimate(c10, m, b);
            c11 = Vector128.MultiplyAddEstimate(c11, m, b);
        }
        return Vector128.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
    }
}
