using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Layouts;

/// <summary>
/// Pooling of maps in <see cref="ChannelBlocks{V}"/>: a vector is a pixel's channels, so a window is a few vectors and
/// its edges are bounds of loops. Threads share the blocks.
/// </summary>
static unsafe class BlockPooling<V> where V : unmanaged, ITileVector<V>
{
    // Outputs of all blocks, below which waking other threads costs more than it gains.
    const long WorthSharing = 4_096;

    /// <summary>y = R of the pixels of each window.</summary>
    public static void Run<R>(CpuBackend cpu, Tensor x, Tensor y, PlaneWindow d) where R : struct, IReduction
    {
        float* from = x.Floats(), to = y.Floats();
        int blocks = checked((int)(y.Count / ((long)d.P * d.Q * V.Count)));
        cpu.Workers.For(blocks, y.Count / V.Count < WorthSharing ? int.MaxValue : 2, (first, last) =>
        {
            for (int i = first; i < last; i++)
                Block<R>(from + (nint)i * d.H * d.W * V.Count, to + (nint)i * d.P * d.Q * V.Count, d);
        });
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Block<R>(float* x, float* y, PlaneWindow d) where R : struct, IReduction
    {
        nint line = (nint)d.W * V.Count;
        for (int p = 0; p < d.P; p++)
        {
            int top = d.FirstLine(p), bottom = d.EndLine(p);
            for (int q = 0; q < d.Q; q++, y += V.Count)
            {
                int left = d.FirstColumn(q), right = d.EndColumn(q);
                V value = R.None;
                float* pixels = x + top * line;
                for (int h = top; h < bottom; h++, pixels += line)
                    for (int w = left; w < right; w++) value = R.With(value, V.Load(pixels + (nint)w * V.Count));
                V.Store(R.Finish(value), y);
            }
        }
    }

    /// <summary>What becomes of the pixels of a window.</summary>
    public interface IReduction
    {
        static abstract V None { get; }

        static abstract V With(V value, V pixel);

        static abstract V Finish(V value);
    }

    /// <summary>The largest; NaN wins.</summary>
    public readonly struct Largest : IReduction
    {
        public static V None => V.Create(float.NegativeInfinity);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V With(V value, V pixel) => V.Select(V.GreaterOrNaN(pixel, value), pixel, value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Finish(V value) => value;
    }

    /// <summary>The root of the sum of squares.</summary>
    public readonly struct Norm : IReduction
    {
        public static V None => default;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V With(V value, V pixel) => V.MultiplyAdd(pixel, pixel, value);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Finish(V value) => V.Sqrt(value);
    }
}
