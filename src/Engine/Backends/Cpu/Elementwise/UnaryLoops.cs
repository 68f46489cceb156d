using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Cpu.Elementwise;

/// <summary>y = f(x).</summary>
readonly unsafe struct UnaryForward<TMath>(float* x, float* y) : IVectorLoop where TMath : struct, IUnaryMath
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        for (int i = from; i < to; i += V.Count) V.Store(TMath.Forward(V.Load(x + i)), y + i, to - i);
    }
}

/// <summary>dx = dy * f'(x), or dx += that.</summary>
readonly unsafe struct UnaryBackward<TMath>(float* x, float* y, float* dy, float* dx, bool accumulate) : IVectorLoop
    where TMath : struct, IUnaryMath
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        for (int i = from; i < to; i += V.Count)
        {
            V xs = (TMath.Reads & Reads.Inputs) != 0 ? V.Load(x + i) : default;
            V ys = (TMath.Reads & Reads.Output) != 0 ? V.Load(y + i) : default;
            V value = TMath.Backward(xs, ys, V.Load(dy + i));
            V.Store(accumulate ? V.Load(dx + i) + value : value, dx + i, to - i);
        }
    }
}

/// <summary>y = scale * x + shift, or y += that.</summary>
readonly unsafe struct AffineLoop(float* x, float scale, float shift, float* y, bool accumulate) : IVectorLoop
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        V scales = V.Create(scale), shifts = V.Create(shift);
        for (int i = from; i < to; i += V.Count)
        {
            V value = V.MultiplyAdd(V.Load(x + i), scales, shifts);
            V.Store(accumulate ? V.Load(y + i) + value : value, y + i, to - i);
        }
    }
}
