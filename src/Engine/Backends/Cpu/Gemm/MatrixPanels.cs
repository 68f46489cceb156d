using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Gemm;

/// <summary>B as a matrix: element (k, j) lies at k * rowStep + j * columnStep, and one of the steps is 1.</summary>
readonly unsafe struct MatrixPanels<V>(float* b, int columns, nint rowStep, nint columnStep) : IPanels
    where V : unmanaged, ITileVector<V>
{
    readonly float* b = b;
    readonly nint rowStep = rowStep, columnStep = columnStep;

    public int Columns { get; } = columns;

    public int ColumnStep => 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Pack(int panel, int k0, int kc, float* to)
    {
        int width = 2 * V.Count, j0 = panel * width, valid = Math.Min(width, Columns - j0);
        float* from = b + k0 * rowStep + j0 * columnStep;
        if (columnStep == 1 && valid == width) PackWhole(from, kc, to);
        else if (columnStep == 1)
        {
            V left = V.FirstLanes(valid), right = V.FirstLanes(valid - V.Count);
            bool isNarrow = V.IsNone(right);
            for (; kc > 0; kc--, from += rowStep, to += width)
            {
                V.Store(V.LoadMasked(from, left), to);
                V.Store(isNarrow ? default : V.LoadMasked(from + V.Count, right), to + V.Count);
            }
        }
        else PackTransposed(from, kc, valid, to);
    }

    public float* Rows(int panel, int k0, int column, out nint step)
    {
        step = rowStep;
        return columnStep == 1 ? b + k0 * rowStep + panel * 2 * V.Count + column : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void PackWhole(float* from, int kc, float* to)
    {
        for (; kc > 0; kc--, from += rowStep, to += 2 * V.Count)
        {
            // The next panel's columns: rows are too far apart for the hardware to see a stream.
            V.PrefetchToL2(from + 2 * V.Count);
            V.PrefetchToL2(from + 3 * V.Count);
            V left = V.Load(from), right = V.Load(from + V.Count);
            V.Store(left, to);
            V.Store(right, to + V.Count);
        }
    }

    /// <summary>A column of B is contiguous: blocks are transposed in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void PackTransposed(float* from, int kc, int valid, float* to)
    {
        int width = 2 * V.Count;
        for (int k = 0; k < kc; k += V.Count)
            for (int half = 0; half < 2; half++)
                V.Transpose(
                    from + k + half * V.Count * columnStep, columnStep, Math.Clamp(valid - half * V.Count, 0, V.Count),
                    Math.Min(V.Count, kc - k), to + (nint)k * width + half * V.Count, width);
    }
}

/// <summary>C as a row-major matrix of rows ldc apart.</summary>
readonly unsafe struct MatrixSink<V>(float* c, int columns, nint ldc, bool add) : ISink
    where V : unmanaged, ITileVector<V>
{
    readonly float* c = c;
    readonly int columns = columns;
    readonly nint ldc = ldc;

    public bool IsAdding { get; } = add;

    public float* Direct(int panel, out nint ld, out float* addend)
    {
        int width = 2 * V.Count;
        float* at = (panel + 1) * width <= columns ? c + panel * width : null;
        ld = ldc;
        addend = IsAdding ? at : null;
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Gather(int panel, float* to, nint ld, int rows)
    {
        int width = 2 * V.Count, valid = columns - panel * width;
        for (int r = 0; r < rows; r++)
        {
            new Span<float>(to + r * ld, width).Clear();
            new ReadOnlySpan<float>(c + r * ldc + panel * width, valid).CopyTo(new Span<float>(to + r * ld, valid));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Scatter(int panel, float* from, nint ld, int rows)
    {
        int width = 2 * V.Count, valid = columns - panel * width;
        for (int r = 0; r < rows; r++)
            new ReadOnlySpan<float>(from + r * ld, valid).CopyTo(new Span<float>(c + r * ldc + panel * width, valid));
    }
}
