using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Gemm;

/// <summary>What products through tiles in shared memory have in common.</summary>
public static class SharedTile
{
    /// <summary>
    /// sums += a step's tiles, A [k][row] and B [k][column]: an item's ItemM x ItemN sums in registers, ItemM + ItemN
    /// shared loads for their ItemM ItemN multiply-adds.
    /// </summary>
    public static void MultiplyAdd<TTile>(ArrayView<float> tileA, ArrayView<float> tileB, ArrayView<float> sums)
        where TTile : struct, ITile
    {
        var columnA = LocalMemory.Allocate<float>(TTile.ItemM);
        var rowB = LocalMemory.Allocate<float>(TTile.ItemN);
        for (int k = 0; k < TTile.K; k++)
        {
            var stepA = tileA.SubView(k * TTile.M + Group.IdxY * TTile.ItemM, TTile.ItemM);
            var stepB = tileB.SubView(k * TTile.N + Group.IdxX * TTile.ItemN, TTile.ItemN);
            for (int i = 0; i < TTile.ItemM; i++)
                columnA[i] = stepA[i];
            for (int j = 0; j < TTile.ItemN; j++)
                rowB[j] = stepB[j];
            for (int i = 0; i < TTile.ItemM; i++)
                for (int j = 0; j < TTile.ItemN; j++)
                    sums[i * TTile.ItemN + j] = Fused.MultiplyAdd(columnA[i], rowB[j], sums[i * TTile.ItemN + j]);
        }
    }
}
