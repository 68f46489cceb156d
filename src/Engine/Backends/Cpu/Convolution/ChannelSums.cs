using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>The sum of each channel over images and pixels; images are added up in double precision.</summary>
readonly unsafe struct ChannelSums(float* maps, float* sums, int images, int channels, int pixels, bool add)
    : IVectorLoop
{
    readonly float* maps = maps, sums = sums;

    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        for (int k = from; k < to; k++)
        {
            double sum = add ? sums[k] : 0;
            for (int n = 0; n < images; n++) sum += Sums<V>.Sum(maps + ((nint)n * channels + k) * pixels, pixels);
            sums[k] = (float)sum;
        }
    }
}
