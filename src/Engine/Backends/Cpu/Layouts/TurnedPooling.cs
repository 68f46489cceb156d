using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Pooling;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Layouts;

/// <summary>
/// Max pooling of planes that gives <see cref="ChannelBlocks{V}"/>, where a network goes over from one to the other:
/// the larger map is turned a band of lines at a time, in a cache, and never lies in memory in both forms.
/// </summary>
sealed unsafe class TurnedPooling<V>(CpuBackend cpu) where V : unmanaged, ITileVector<V>
{
    // Lines of a band, a vector of channels each.
    const int BandBytes = 128 << 10;

    /// <summary>y and the taps, in blocks, of x in planes.</summary>
    public void Max(Tensor x, Tensor y, Tensor taps, PlaneWindow d)
    {
        float* from = x.Floats(), to = y.Floats(), chosen = taps.Floats();
        int bands = BandsOf(d, d.P), windows = (d.P + bands - 1) / bands, lines = (windows - 1) * d.StrideH + d.R;
        nint plane = (nint)d.H * d.W;
        PerThread maps = Maps(d, lines);
        cpu.Workers.ForEach(Blocks(y) * bands, (i, thread) =>
        {
            int block = i / bands, band = i - block * bands;
            int first = d.P * band / bands, end = d.P * (band + 1) / bands;
            int top = d.FirstLine(first), bottom = Math.Max(d.EndLine(end - 1), top);
            float* map = maps[thread];
            TransposedLine.Pack<V>(
                from + (block * V.Count * plane) + (nint)top * d.W, plane, V.Count, (bottom - top) * d.W, map, V.Count);
            nint at = ((nint)block * d.P + first) * d.Q * V.Count;
            PixelWindows<V>.Max(map, to + at, chosen + at, d with
            {
                H = bottom - top,
                P = end - first,
                Top = top - first * d.StrideH + d.Top,
            });
        });
    }

    /// <summary>dx, in planes, of dy and taps in blocks.</summary>
    public void MaxBackward(Tensor taps, Tensor dy, Gradient dx, PlaneWindow d)
    {
        float* chosen = taps.Floats(), from = dy.Floats(), to = dx.Target!.Floats();
        int bands = BandsOf(d, (d.H + d.StrideH - 1) / d.StrideH);
        nint plane = (nint)d.H * d.W;
        Epilogue epilogue = new(null, dx.Accumulate ? to : null, ClipRange.None);
        PerThread maps = Maps(d, (d.H + bands - 1) / bands);
        cpu.Workers.ForEach(Blocks(dy) * bands, (i, thread) =>
        {
            int block = i / bands, band = i - block * bands;
            int top = d.H * band / bands, bottom = d.H * (band + 1) / bands;
            int first = d.FirstWindowAt(top), end = Math.Max(d.EndWindowAt(bottom - 1), first);
            nint at = ((nint)block * d.P + first) * d.Q * V.Count;
            float* map = maps[thread];
            PixelWindows<V>.Gather(new OfMaxima<V>(chosen + at, from + at), map, d with
            {
                H = bottom - top,
                P = end - first,
                Top = top - first * d.StrideH + d.Top,
            }, accumulate: false);
            Planes<V>.Write(
                map, V.Count, (bottom - top) * d.W, to, plane, block * V.Count * plane, top * d.W, epilogue, V.Count);
        });
    }

    /// <summary>Bands of a plane: as many as keep one in a cache, of whole groups of lines.</summary>
    static int BandsOf(PlaneWindow d, int groups) => Math.Clamp(
        (int)(((long)d.H * d.W * V.Count * sizeof(float) + BandBytes - 1) / BandBytes), 1, groups);

    /// <summary>Room for so many lines, and for what a vector stored last runs over into.</summary>
    PerThread Maps(PlaneWindow d, int lines) =>
        cpu.Workspace.Begin().TakeForEach((long)(lines + 1) * d.W * V.Count + V.Count * V.Count);

    static int Blocks(Tensor y) => y.Shape.Product(0, 2) / V.Count;
}
