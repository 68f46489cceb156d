using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// How lines of an image are split into the phases of a stride: of each channel, for each phase that some tap sees, a
/// plane of padded lines, one behind the other. Neighbouring output pixels then see neighbouring floats through a tap,
/// at an offset that is the same for all of them, and beyond the end of a line the padding before the next one.
/// </summary>
sealed unsafe class PhasePlanes<V> where V : unmanaged, ITileVector<V>
{
    readonly ConvolutionShape d;
    readonly Tap[] lines, columns;
    readonly int[] linePhases, columnPhases;
    readonly int firstLine, moreLines, left;

    /// <param name="dims">The convolution's extents.</param>
    public PhasePlanes(in ConvolutionShape dims)
    {
        d = dims;
        lines = Taps(d.R, d.DilationH, d.Top, d.StrideH);
        columns = Taps(d.S, d.DilationW, d.Left, d.StrideW);
        linePhases = [.. lines.Select(tap => tap.Phase).Distinct()];
        columnPhases = [.. columns.Select(tap => tap.Phase).Distinct()];
        firstLine = lines.Min(tap => tap.Shift);
        moreLines = lines.Max(tap => tap.Shift) - firstLine;
        left = Math.Max(-columns.Min(tap => tap.Shift), 0);
        Pitch = d.Q + Math.Max(columns.Max(tap => tap.Shift), 0);
        Pitch = Math.Max(Pitch, (d.W + d.StrideW - 1) / d.StrideW + left);
        int width = RegisterTile<V>.Width;
        Panels = ((d.P - 1) * Pitch + d.Q + width - 1) / width;
    }

    /// <summary>The convolution's extents.</summary>
    public ConvolutionShape Dims => d;

    /// <summary>Positions from one line to the next: the output's pixels, and some that are thrown away.</summary>
    public int Pitch { get; }

    /// <summary>Panels of an image's positions.</summary>
    public int Panels { get; }

    /// <summary>Planes of a channel.</summary>
    public int Phases => linePhases.Length * columnPhases.Length;

    /// <summary>Floats from one plane to the next where up to so many panels' lines are split.</summary>
    public nint Step(int panels)
    {
        int most = Math.Min((panels * RegisterTile<V>.Width + Pitch - 2) / Pitch + 1, d.P) + moreLines;
        // What a vector stored last runs over into belongs to no plane.
        return (nint)most * Pitch + left + V.Count;
    }

    /// <summary>Where rows, in the order of <see cref="DirectConvolution{V}.Pack"/>, are seen in such planes.</summary>
    public void Locate(nint step, nint* offsets)
    {
        foreach (Tap line in lines)
            foreach (Tap column in columns)
            {
                int phase = Array.IndexOf(linePhases, line.Phase) * columnPhases.Length
                    + Array.IndexOf(columnPhases, column.Phase);
                nint offset = phase * step + (line.Shift - firstLine) * Pitch + left + column.Shift;
                for (int c = 0; c < d.C; c++, offset += Phases * step) *offsets++ = offset;
            }
    }

    /// <summary>Splits what panels from .. to of an image see; returns where panel 0 would lie.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public float* Split(float* image, int from, int to, nint step, float* planes)
    {
        int width = RegisterTile<V>.Width, p = from * width / Pitch, count = columnPhases.Length;
        int first = p + firstLine, end = Math.Min((to * width - 1) / Pitch + 1, d.P) + firstLine + moreLines;
        nint plane = (nint)d.H * d.W;
        float* start = planes - p * Pitch;
        for (int c = 0; c < d.C; c++, image += plane)
            foreach (int phase in linePhases)
            {
                float* line = planes;
                for (int u = first; u < end; u++, line += Pitch)
                {
                    int h = u * d.StrideH + phase;
                    bool isInside = (uint)h < (uint)d.H;
                    float* pixels = image + (nint)h * d.W;
                    // The same line of the next channel: planes are too far apart for the hardware to see a stream.
                    for (int w = 0; w < d.W && isInside; w += CpuBuffer.Line) V.Prefetch(pixels + plane + w);
                    for (int i = 0; i < count; i++) Put(pixels, columnPhases[i], isInside, line + i * step);
                }
                for (int i = 0; i < count; i++) new Span<float>(line + i * step, left).Clear();
                planes += count * step;
            }
        return start;
    }

    /// <summary>A line's pixels of a phase, with the padding before and behind them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Put(float* pixels, int phase, bool isInside, float* to)
    {
        int count = isInside ? (d.W - phase + d.StrideW - 1) / d.StrideW : 0;
        for (int i = 0; i < left; i++) *to++ = 0;
        float* from = pixels + phase;
        // Whole vectors: what runs over is written next.
        if (d.StrideW == 2)
            for (int i = 0; i < count; i += V.Count) V.Store(V.LoadEven(from + 2 * i), to + i);
        else if (d.StrideW == 1)
            for (int i = 0; i < count; i += V.Count) V.Store(V.Load(from + i), to + i);
        else
            for (int i = 0; i < count; i++) to[i] = from[(nint)i * d.StrideW];
        for (int i = count; i < Pitch - left; i++) to[i] = 0;
    }

    /// <summary>A tap sees, from position i, the pixel i + Shift of a phase.</summary>
    readonly record struct Tap(int Phase, int Shift);

    static Tap[] Taps(int count, int dilation, int padding, int stride)
    {
        Tap[] taps = new Tap[count];
        for (int i = 0; i < count; i++)
        {
            int at = i * dilation - padding, shift = at >= 0 ? at / stride : -((stride - 1 - at) / stride);
            taps[i] = new Tap(at - shift * stride, shift);
        }
        return taps;
    }
}
