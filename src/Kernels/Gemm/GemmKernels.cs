using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Gemm;

/// <summary>Matrix products through tiles in shared memory, for GPUs.</summary>
public static partial class GemmKernels
{
    /// <summary>
    /// C = A B, or adds it, for each of a batch (Grid.IdxZ). One group a tile of C, one item a small tile of that in
    /// registers. Each step along K
    /// stages a tile of A (transposed) and one of B in shared memory; elements beyond the edge are staged as 0. Reads
    /// 2 K (1/M + 1/N) / 2 floats an element of C; bound by arithmetic from K of about 64. Deterministic.
    /// </summary>
    [Kernel(GroupOf = nameof(TTile))]
    public static void Tiled<TTile>(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, GemmDims dims)
        where TTile : struct, ITile
    {
        var tileA = SharedMemory.Allocate<float>(TTile.K * TTile.M);
        var tileB = SharedMemory.Allocate<float>(TTile.K * TTile.N);
        var sums = LocalMemory.Allocate<float>(TTile.ItemM * TTile.ItemN);

        int item = Group.IdxY * TTile.GroupX + Group.IdxX;
        int firstRow = Grid.IdxY * TTile.M;
        int firstColumn = Grid.IdxX * TTile.N;
        int startA = Grid.IdxZ * dims.BatchA, startB = Grid.IdxZ * dims.BatchB, startC = Grid.IdxZ * dims.BatchC;

        for (int i = 0; i < TTile.ItemM * TTile.ItemN; i++)
            sums[i] = 0f;

        for (int k0 = 0; k0 < dims.K; k0 += TTile.K)
        {
            for (int i = 0; i < TTile.M * TTile.K; i += TTile.GroupX * TTile.GroupY)
            {
                int row = (item + i) / TTile.K, k = (item + i) % TTile.K;
                bool inside = firstRow + row < dims.M && k0 + k < dims.K;
                tileA[k * TTile.M + row] = inside
                    ? a[startA + (firstRow + row) * dims.RowA + (k0 + k) * dims.ColumnA] : 0f;
            }
            for (int i = 0; i < TTile.K * TTile.N; i += TTile.GroupX * TTile.GroupY)
            {
                int k = (item + i) / TTile.N, column = (item + i) % TTile.N;
                bool inside = k0 + k < dims.K && firstColumn + column < dims.N;
                tileB[item + i] = inside ? b[startB + (k0 + k) * dims.RowB + (firstColumn + column) * dims.ColumnB]
                    : 0f;
            }
            Group.Barrier();

            SharedTile.MultiplyAdd<TTile>(tileA, tileB, sums);
            Group.Barrier();   // the next step overwrites the tiles
        }

        for (int i = 0; i < TTile.ItemM; i++)
            for (int j = 0; j < TTile.ItemN; j++)
            {
                int row = firstRow + Group.IdxY * TTile.ItemM + i;
                int column = firstColumn + Group.IdxX * TTile.ItemN + j;
                if (row < dims.M && column < dims.N)
                    Write(c, startC + row * dims.RowC + column, sums[i * TTile.ItemN + j], dims.Accumulate);
            }
    }

    static void Write(ArrayView<float> c, int at, float value, int accumulate)
    {
        c[at] = accumulate != 0 ? c[at] + value : value;
    }
}
