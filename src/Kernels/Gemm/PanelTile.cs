using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// The tile of a product that one item of a CPU computes: 8 rows by 32 columns, sixteen sums a vector. The loops over
/// the tile are constant, so that the device's compiler unrolls them and keeps the sums in registers.
/// </summary>
public static class PanelTile
{
    /// <summary>Rows and columns.</summary>
    public const int Rows = 8, Columns = 2 * Lanes16.Count;

    /// <summary>sums = 0.</summary>
    public static void Clear(ArrayView<Lanes16> sums)
    {
        for (int i = 0; i < Rows * 2; i++)
            sums[i] = Lanes16.All(0f);
    }

    /// <summary>
    /// sums += A B. A's element (row, k) lies at start + row * stride + k * step; rows from <paramref name="rows"/> on
    /// repeat the last. B's row k has its 32 columns at k * 32.
    /// </summary>
    public static void Accumulate(
        ArrayView<float> a, int start, int firstRow, int rows, int stride, int step, ArrayView<float> b, int depth,
        ArrayView<Lanes16> sums)
    {
        var starts = LocalMemory.Allocate<int>(Rows);
        for (int i = 0; i < Rows; i++)
            starts[i] = start + Math.Min(firstRow + i, rows - 1) * stride;
        for (int k = 0; k < depth; k++)
        {
            Lanes16 left = Lanes16.Load(b, k * Columns), right = Lanes16.Load(b, k * Columns + Lanes16.Count);
            for (int i = 0; i < Rows; i++)
            {
                float value = a[starts[i] + k * step];
                sums[2 * i] = Lanes16.MultiplyAdd(value, left, sums[2 * i]);
                sums[2 * i + 1] = Lanes16.MultiplyAdd(value, right, sums[2 * i + 1]);
            }
        }
    }

    /// <summary>C = sums, or adds them: some rows, <paramref name="stride"/> elements apart.</summary>
    public static void Store(
        ArrayView<Lanes16> sums, int rows, ArrayView<float> c, int start, int stride, int accumulate)
    {
        for (int i = 0; i < Rows; i++)
            if (i < rows)
            {
                Put(sums[2 * i], c, start + i * stride, accumulate);
                Put(sums[2 * i + 1], c, start + i * stride + Lanes16.Count, accumulate);
            }
    }

    /// <summary>The same for the first <paramref name="columns"/> columns.</summary>
    /// <param name="tile">A tile's elements to compute with.</param>
    public static void StorePart(
        ArrayView<Lanes16> sums, int rows, ArrayView<float> c, int start, int stride, int columns, int accumulate,
        ArrayView<float> tile)
    {
        Spill(sums, tile);
        for (int i = 0; i < Math.Min(rows, Rows); i++)
        {
            int at = start + i * stride, from = i * Columns;
            for (int j = 0; j < columns; j++)
                c[at + j] = accumulate != 0 ? c[at + j] + tile[from + j] : tile[from + j];
        }
    }

    /// <summary>sums = C, of which some rows are there, <paramref name="stride"/> elements apart.</summary>
    public static void Load(ArrayView<Lanes16> sums, int rows, ArrayView<float> c, int start, int stride)
    {
        for (int i = 0; i < Rows; i++)
        {
            int at = start + Math.Min(i, rows - 1) * stride;
            sums[2 * i] = Lanes16.Load(c, at);
            sums[2 * i + 1] = Lanes16.Load(c, at + Lanes16.Count);
        }
    }

    /// <summary>Takes the sums back from where <see cref="Spill"/> puts them.</summary>
    public static void Unspill(ArrayView<float> tile, ArrayView<Lanes16> sums)
    {
        for (int i = 0; i < Rows * 2; i++)
            sums[i] = Lanes16.Load(tile, i * Lanes16.Count);
    }

    /// <summary>
    /// Puts the sums where single ones can be reached, row after row. What a loop over those does is compiled once: in
    /// the unrolled loops over the tile it would be eight times, and PoCL would take seconds for it.
    /// </summary>
    public static void Spill(ArrayView<Lanes16> sums, ArrayView<float> tile)
    {
        for (int i = 0; i < Rows * 2; i++)
            Lanes16.Store(sums[i], tile, i * Lanes16.Count);
    }

    /// <summary>to = lanes, or adds them.</summary>
    static void Put(Lanes16 lanes, ArrayView<float> to, int at, int accumulate)
    {
        if (accumulate != 0) Lanes16.Store(Lanes16.MultiplyAdd(1f, lanes, Lanes16.Load(to, at)), to, at);
        else Lanes16.Store(lanes, to, at);
    }
}
