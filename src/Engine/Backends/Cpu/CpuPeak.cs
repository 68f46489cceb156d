using System.Diagnostics;
using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu;

/// <summary>
/// The processor's peak in float32: independent chains of multiply-adds in registers, on every thread of a backend and
/// with its vectors. Enough chains to cover the latency of two units of four cycles.
/// </summary>
public static class CpuPeak
{
    const int Rounds = 4_000_000, Chains = 12, Attempts = 5;

    /// <summary>1e9 operations a second, a multiply-add counted as two; the best of several attempts.</summary>
    public static double MeasureGflops(CpuBackend cpu)
    {
        double best = 0;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            long started = Stopwatch.GetTimestamp();
            cpu.Workers.Run(_ => cpu.OnThisThread(0, Rounds, new Loop()));
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            best = Math.Max(best, 2.0 * cpu.Lanes * Chains * Rounds * cpu.Workers.Threads / seconds * 1e-9);
        }
        return best;
    }

    readonly struct Loop : IVectorLoop
    {
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
        {
            V a = V.Create(0.999f), b = V.Create(0.001f);
            V c0 = b, c1 = b, c2 = b, c3 = b, c4 = b, c5 = b, c6 = b, c7 = b, c8 = b, c9 = b, c10 = b, c11 = b;
            for (int i = from; i < to; i++)
            {
                V.AddProduct(ref c0, a, b);
                V.AddProduct(ref c1, a, b);
                V.AddProduct(ref c2, a, b);
                V.AddProduct(ref c3, a, b);
                V.AddProduct(ref c4, a, b);
                V.AddProduct(ref c5, a, b);
                V.AddProduct(ref c6, a, b);
                V.AddProduct(ref c7, a, b);
                V.AddProduct(ref c8, a, b);
                V.AddProduct(ref c9, a, b);
                V.AddProduct(ref c10, a, b);
                V.AddProduct(ref c11, a, b);
            }
            float kept = V.Sum(c0 + c1 + c2 + c3 + c4 + c5 + c6 + c7 + c8 + c9 + c10 + c11);
            if (float.IsNaN(kept)) throw new InvalidOperationException("the peak loop left the finite numbers");
        }
    }
}
