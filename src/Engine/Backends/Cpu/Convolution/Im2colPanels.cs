using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>Maps N C H W and how the positions of a grid look at them.</summary>
/// <param name="Images">N.</param>
/// <param name="Channels">C.</param>
/// <param name="Height">H.</param>
/// <param name="Width">W.</param>
/// <param name="GridHeight">Lines of the grid; position (p, q) looks at (p * StepH, q * StepW) plus a tap.</param>
/// <param name="GridWidth">Columns of the grid.</param>
/// <param name="StepH">Lines between neighbouring positions.</param>
/// <param name="StepW">Columns between neighbouring positions.</param>
readonly record struct GridOverMaps(
    int Images, int Channels, int Height, int Width, int GridHeight, int GridWidth, int StepH, int StepW);

/// <summary>
/// The im2col matrix of maps, packed a panel of grid positions at a time and never stored whole. Row t * C + c is
/// channel c seen through tap t; columns are the grid's positions, image after image.
/// <para>
/// Wherever the addresses behind the lanes of a vector are evenly spaced they form one run, and a tap only shifts a run
/// and masks the lanes that fall into the padding: one masked load a channel. With "same" padding and stride 1 a vector
/// is one run even across lines, and two when it crosses into the next image.
/// </para>
/// </summary>
/// <param name="x">The maps.</param>
/// <param name="grid">Their extents and the grid's.</param>
/// <param name="offsetH">The taps' lines, seen from the position; taps are all pairs of a line and a column.</param>
/// <param name="offsetW">The taps' columns.</param>
readonly unsafe struct Im2colPanels<V>(float* x, GridOverMaps grid, int[] offsetH, int[] offsetW) : IPanels
    where V : unmanaged, ITileVector<V>
{
    const int MostLanes = 32;
    const int Nowhere = -(1 << 28); // a coordinate outside every map, with any offset

    readonly float* x = x;
    readonly GridOverMaps grid = grid;
    readonly int[] offsetH = offsetH, offsetW = offsetW;

    public int Columns => grid.Images * grid.GridHeight * grid.GridWidth;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Pack(int panel, int k0, int kc, float* to)
    {
        int width = 2 * V.Count, channels = grid.Channels, tapColumns = offsetW.Length;
        int* lines = stackalloc int[MostLanes], columns = stackalloc int[MostLanes], lanes = stackalloc int[MostLanes];
        nint* starts = stackalloc nint[MostLanes];
        V* masks = stackalloc V[MostLanes];
        int leftRuns = FindRuns(panel * width, lines, columns, lanes, starts, masks);
        int rightRuns = FindRuns(
            panel * width + V.Count, lines + V.Count, columns + V.Count, lanes, starts + leftRuns, masks + leftRuns);
        V* insideColumns = stackalloc V[2 * tapColumns];
        for (int j = 0; j < tapColumns; j++)
        {
            insideColumns[2 * j] = V.Inside(columns, offsetW[j], grid.Width);
            insideColumns[2 * j + 1] = V.Inside(columns + V.Count, offsetW[j], grid.Width);
        }
        bool areSingle = leftRuns == 1 && rightRuns == 1 && grid.StepW <= 2;
        nint plane = (nint)grid.Height * grid.Width;
        int tapLine = k0 / channels / tapColumns, tapColumn = k0 / channels - tapLine * tapColumns, c = k0 % channels;
        V leftLine = V.Inside(lines, offsetH[tapLine], grid.Height);
        V rightLine = V.Inside(lines + V.Count, offsetH[tapLine], grid.Height);
        while (kc > 0)
        {
            int n = Math.Min(channels - c, kc);
            float* from = x + c * plane + (nint)offsetH[tapLine] * grid.Width + offsetW[tapColumn];
            V left = leftLine & insideColumns[2 * tapColumn];
            V right = rightLine & insideColumns[2 * tapColumn + 1];
            if (areSingle && !V.IsNone(left) && !V.IsNone(right))
                Both(from + starts[0], from + starts[1], plane, left, right, n, to);
            else
            {
                Half(from, plane, starts, masks, leftRuns, left, n, to);
                Half(from, plane, starts + leftRuns, masks + leftRuns, rightRuns, right, n, to + V.Count);
            }
            to += n * width;
            kc -= n;
            c = 0;
            if (++tapColumn < tapColumns || kc == 0) continue;
            tapColumn = 0;
            tapLine++;
            leftLine = V.Inside(lines, offsetH[tapLine], grid.Height);
            rightLine = V.Inside(lines + V.Count, offsetH[tapLine], grid.Height);
        }
    }

    public int ColumnStep => grid.StepW;

    public float* Rows(int panel, int k0, int column, out nint step)
    {
        step = (nint)grid.Height * grid.Width;
        if (offsetH is not [0] || offsetW is not [0]) return null;
        int at = Math.Min(panel * 2 * V.Count + column, Columns - 1), perImage = grid.GridHeight * grid.GridWidth;
        int n = at / perImage, p = (at - n * perImage) / grid.GridWidth, q = at - n * perImage - p * grid.GridWidth;
        return x + ((nint)n * grid.Channels + k0) * step + (nint)p * grid.StepH * grid.Width + q * grid.StepW;
    }

    /// <summary>
    /// Where the positions of one vector look when the tap is at (0, 0), and the runs they form: the address of lane 0
    /// (of the run continued to it) and the lanes that belong to the run.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int FindRuns(int first, int* lines, int* columns, int* lanes, nint* starts, V* masks)
    {
        int perImage = grid.GridHeight * grid.GridWidth, n = first / perImage;
        int p = (first - n * perImage) / grid.GridWidth, q = first - n * perImage - p * grid.GridWidth, runs = 0;
        nint image = (nint)grid.Channels * grid.Height * grid.Width;
        for (int i = 0; i < V.Count; i++)
        {
            if (n >= grid.Images) lines[i] = columns[i] = Nowhere;
            else
            {
                (lines[i], columns[i]) = (p * grid.StepH, q * grid.StepW);
                nint start = n * image + (nint)lines[i] * grid.Width + columns[i] - (nint)i * grid.StepW;
                if (runs == 0 || start != starts[runs - 1])
                {
                    for (int j = 0; j < V.Count; j++) lanes[j] = 0;
                    starts[runs++] = start;
                }
                lanes[i] = -1;
                masks[runs - 1] = V.Load((float*)lanes);
            }
            if (++q < grid.GridWidth) continue;
            q = 0;
            if (++p < grid.GridHeight) continue;
            p = 0;
            n++;
        }
        return runs;
    }

    /// <summary>The common case: two vectors of one run each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Both(float* from, float* fromRight, nint plane, V left, V right, int n, float* to)
    {
        int width = 2 * V.Count;
        if (grid.StepW == 2)
            for (; n > 0; n--, from += plane, fromRight += plane, to += width)
            {
                V.Store(V.LoadEven(from) & left, to);
                V.Store(V.LoadEven(fromRight) & right, to + V.Count);
            }
        else if (V.IsAll(left) && V.IsAll(right))
            for (; n > 0; n--, from += plane, fromRight += plane, to += width)
            {
                // The next panel's lines: planes are too far apart for the hardware to see a stream.
                V.Prefetch(from + width);
                V.Prefetch(fromRight + width);
                V a = V.Load(from), b = V.Load(fromRight);
                V.Store(a, to);
                V.Store(b, to + V.Count);
            }
        else
            for (; n > 0; n--, from += plane, fromRight += plane, to += width)
            {
                V a = V.LoadMasked(from, left), b = V.LoadMasked(fromRight, right);
                V.Store(a, to);
                V.Store(b, to + V.Count);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Half(float* from, nint plane, nint* starts, V* masks, int runs, V inside, int n, float* to)
    {
        int width = 2 * V.Count;
        bool isFirst = true;
        for (int r = 0; r < runs; r++)
        {
            V mask = inside & masks[r];
            if (V.IsNone(mask)) continue;
            float* s = from + starts[r], d = to;
            for (int i = 0; i < n; i++, s += plane, d += width)
            {
                V value = grid.StepW == 1 ? V.LoadMasked(s, mask)
                    : grid.StepW == 2 ? V.LoadEven(s) & mask : Gather(s, mask);
                V.Store(isFirst ? value : value + V.Load(d), d);
            }
            isFirst = false;
        }
        if (isFirst)
            for (int i = 0; i < n; i++) V.Store(default, to + i * width);
    }

    [SkipLocalsInit]
    V Gather(float* from, V mask)
    {
        float* values = stackalloc float[MostLanes];
        for (int i = 0; i < V.Count; i++) values[i] = ((int*)&mask)[i] != 0 ? from[i * grid.StepW] : 0;
        return V.Load(values);
    }
}
