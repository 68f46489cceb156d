using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Layouts;

/// <summary>
/// The sum of each channel over images and pixels of maps in <see cref="ChannelBlocks{V}"/>; parts of
/// <see cref="Part"/> pixels are added up in double precision.
/// </summary>
readonly unsafe struct BlockSums<V>(float* maps, float* sums, int images, int channels, int pixels, bool add)
    where V : unmanaged, ITileVector<V>
{
    const int Part = 256;

    readonly float* maps = maps, sums = sums;

    /// <summary>The sums of one block's channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run(int block)
    {
        double* total = stackalloc double[V.Count];
        float* lanes = stackalloc float[V.Count], to = sums + block * V.Count;
        for (int c = 0; c < V.Count; c++) total[c] = add ? to[c] : 0;
        for (int n = 0; n < images; n++)
        {
            float* from = maps + ((nint)n * channels + block * V.Count) * pixels;
            for (int first = 0; first < pixels; first += Part)
            {
                int count = Math.Min(Part, pixels - first);
                V even = default, odd = default;
                for (int i = 0; i + 1 < count; i += 2, from += 2 * V.Count)
                {
                    even += V.Load(from);
                    odd += V.Load(from + V.Count);
                }
                if (count % 2 > 0)
                {
                    even += V.Load(from);
                    from += V.Count;
                }
                V.Store(even + odd, lanes);
                for (int c = 0; c < V.Count; c++) total[c] += lanes[c];
            }
        }
        for (int c = 0; c < V.Count; c++) to[c] = (float)total[c];
    }
}
