using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Layouts;

/// <summary>
/// The input's gradient, directly, where maps lie in <see cref="ChannelBlocks{V}"/>: a convolution of dy with the
/// filters turned round. With a stride it is one for each phase (a, b): input line strideH * u + a meets only the taps
/// r with r = a + top (modulo strideH), at output line u + (a + top - r) / strideH. The phases' maps are woven to dx.
/// </summary>
sealed unsafe class BlockInputGradient<V>(CpuBackend cpu, ConvolutionShape d) where V : unmanaged, ITileVector<V>
{
    /// <summary>dx (+)= the transposed convolution of dy with the weight.</summary>
    public void Run(float* dy, Tensor weight, float* dx, bool add)
    {
        if (d is { StrideH: 1, StrideW: 1 })
        {
            Phase all = new(
                0, 0, d.H, d.W, [.. Enumerable.Range(0, d.R).Reverse()], [.. Enumerable.Range(0, d.S).Reverse()]);
            using FilterPanels<V> turned = Filters(weight, all);
            Convolve(
                dy, turned, 0, all, dx, add ? dx : null, d.DilationH * (d.R - 1) - d.Top,
                d.DilationW * (d.S - 1) - d.Left);
            return;
        }
        Phase[] phases = [.. Phases()];
        Tensor[] maps = [.. phases.Select(phase => weight.Device.Unowned(
            new Shape(d.N, d.C, phase.Height, phase.Width), ElementType.Float32, "a phase of an input's gradient"))];
        // All at once: neighbours in memory are taps of different phases.
        using FilterPanels<V> filters = Filters(weight, phases);
        for (int i = 0, tap = 0; i < phases.Length; tap += phases[i++].Taps.Count())
        {
            Phase phase = phases[i];
            Convolve(
                dy, filters, tap, phase, maps[i].Floats(), null,
                -(phase.A + d.Top - phase.Lines[0]) / d.StrideH, -(phase.B + d.Left - phase.Columns[0]) / d.StrideW);
        }
        Weave(phases, maps, dx, add);
        foreach (Tensor map in maps) map.Release();
    }

    FilterPanels<V> Filters(Tensor weight, params Phase[] phases)
    {
        int width = d.S;
        return new(cpu, weight, FilterOrder.Backward(
            d, [.. phases.SelectMany(phase => phase.Taps).Select(tap => tap.Line * width + tap.Column)]));
    }

    /// <summary>A convolution of dy with a phase's taps, the first of which is <paramref name="tap"/> of all.</summary>
    void Convolve(
        float* dy, FilterPanels<V> filters, int tap, Phase phase, float* to, float* addend, int top, int left)
    {
        (int dilationH, int dilationW) = d is { StrideH: 1, StrideW: 1 } ? (d.DilationH, d.DilationW) : (1, 1);
        ConvolutionShape reversed = new(
            d.N, d.K, d.P, d.Q, d.C, phase.Lines.Length, phase.Columns.Length, phase.Height, phase.Width, 1, 1, top,
            left, dilationH, dilationW);
        new BlockConvolution<V>(cpu, filters, reversed, tap).Run(dy, to, new(null, addend, ClipRange.None));
    }

    /// <summary>Pixels of dx that see dy through the same taps.</summary>
    /// <param name="A">The first line.</param>
    /// <param name="B">The first column.</param>
    /// <param name="Height">Lines, a stride apart.</param>
    /// <param name="Width">Columns, a stride apart.</param>
    /// <param name="Lines">The lines of taps that they see dy through, falling: places in dy then rise.</param>
    /// <param name="Columns">The columns of taps.</param>
    sealed record Phase(int A, int B, int Height, int Width, int[] Lines, int[] Columns)
    {
        public IEnumerable<(int Line, int Column)> Taps =>
            Lines.SelectMany(line => Columns.Select(column => (line, column)));
    }

    IEnumerable<Phase> Phases()
    {
        for (int a = 0; a < Math.Min(d.StrideH, d.H); a++)
            for (int b = 0; b < Math.Min(d.StrideW, d.W); b++)
            {
                int[] lines = Taps(d.R, a + d.Top, d.StrideH), columns = Taps(d.S, b + d.Left, d.StrideW);
                if (lines.Length == 0 || columns.Length == 0) continue;
                yield return new(
                    a, b, (d.H - a + d.StrideH - 1) / d.StrideH, (d.W - b + d.StrideW - 1) / d.StrideW, lines, columns);
            }
    }

    static int[] Taps(int count, int place, int stride) =>
        [.. Enumerable.Range(0, count).Reverse().Where(tap => (place - tap) % stride == 0)];

    /// <summary>Every pixel from its phase's map; 0 where it has none.</summary>
    void Weave(Phase[] phases, Tensor[] maps, float* dx, bool add)
    {
        int blocks = d.C / V.Count, columns = d.StrideW;
        // Of each phase of the stride the number of its map, or -1.
        int[] numbers = new int[d.StrideH * columns];
        Array.Fill(numbers, -1);
        for (int i = 0; i < phases.Length; i++) numbers[phases[i].A * columns + phases[i].B] = i;
        cpu.Workers.ForEach(d.N * blocks, (block, _) =>
        {
            float* to = dx + (nint)block * d.H * d.W * V.Count;
            for (int h = 0; h < d.H; h++, to += (nint)d.W * V.Count)
                for (int b = 0; b < columns; b++)
                {
                    int i = numbers[h % d.StrideH * columns + b];
                    if (i >= 0)
                        Spread(
                            maps[i].Floats() + ((nint)block * phases[i].Height + h / d.StrideH) * phases[i].Width
                                * V.Count, to, b, add);
                    else if (!add)
                        for (int w = b; w < d.W; w += columns) V.Store(default, to + (nint)w * V.Count);
                }
        });
    }

    /// <summary>A line of a phase's map to every so many pixels of a line of dx.</summary>
    void Spread(float* from, float* line, int first, bool add)
    {
        for (int w = first; w < d.W; w += d.StrideW, from += V.Count)
        {
            float* to = line + (nint)w * V.Count;
            V.Store(add ? V.Load(to) + V.Load(from) : V.Load(from), to);
        }
    }
}
