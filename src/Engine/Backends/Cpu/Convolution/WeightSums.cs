using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// Sums of a weight gradient, [line][k][lanes] with two vectors of input channels in the lanes, on their way to the
/// weight's order. Where threads have sums of their own these are added up in the order of the threads.
/// </summary>
readonly unsafe struct WeightSums<V> where V : unmanaged, ITileVector<V>
{
    readonly int copies;
    readonly nint copyStep;
    readonly bool add;

    /// <param name="copies">Threads that have sums of their own.</param>
    /// <param name="copyStep">Floats from one thread's to the next one's.</param>
    /// <param name="add">Add to what the gradient holds.</param>
    public WeightSums(int copies, nint copyStep, bool add) =>
        (this.copies, this.copyStep, this.add) = (copies, copyStep, add);

    /// <summary>to[lane] (+)= from[lane] for <paramref name="count"/> lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Copy(float* from, float* to, int count)
    {
        for (int lane = 0; lane < count; lane += V.Count)
        {
            int some = Math.Min(V.Count, count - lane);
            V sum = Sum(from + lane);
            if (add) sum += V.LoadMasked(to + lane, V.FirstLanes(some));
            V.Store(sum, to + lane, some);
        }
    }

    /// <summary>to[lane * laneStep + i] (+)= from[i * lineStep + lane] for lines and lanes of any number.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Turn(float* from, nint lineStep, int lines, float* to, nint laneStep, int lanes)
    {
        float* summed = stackalloc float[16 * 16], turned = stackalloc float[16 * 16];
        // Filters side by side: what a vector runs over of the next ones is written after it, up to the last filter.
        bool runsOver = !add && lines == laneStep && lines <= V.Count;
        float* end = to + lanes * laneStep;
        for (int lane = 0; lane < lanes; lane += V.Count)
            for (int line = 0; line < lines; line += V.Count)
            {
                int height = Math.Min(V.Count, lines - line), width = Math.Min(V.Count, lanes - lane);
                float* source = from + line * lineStep + lane;
                nint step = lineStep;
                if (copies > 1)
                {
                    for (int i = 0; i < height; i++) V.Store(Sum(source + i * step), summed + i * V.Count);
                    source = summed;
                    step = V.Count;
                }
                V.Transpose(source, step, height, width, turned, V.Count);
                float* target = to + lane * laneStep + line;
                for (int i = 0; i < width; i++, target += laneStep)
                {
                    V value = V.Load(turned + i * V.Count);
                    if (add) value += V.LoadMasked(target, V.FirstLanes(height));
                    V.Store(value, target, runsOver && target + V.Count <= end ? V.Count : height);
                }
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    V Sum(float* from)
    {
        V sum = V.Load(from);
        for (int copy = 1; copy < copies; copy++) sum += V.Load(from + copy * copyStep);
        return sum;
    }
}
