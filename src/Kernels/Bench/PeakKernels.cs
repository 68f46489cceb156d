using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Bench;

/// <summary>What a device can do at most.</summary>
public static partial class PeakKernels
{
    /// <summary>Multiply-adds of one item in a round.</summary>
    public const int Chains = 16;

    /// <summary>Independent chains of c = c * m + b in registers; two operations a chain and round.</summary>
    [Kernel]
    public static void MultiplyAdds(Index1D i, ArrayView<float> y, int rounds, float m, float b)
    {
        var chains = LocalMemory.Allocate<float>(Chains);
        for (int j = 0; j < Chains; j++)
            chains[j] = b * j;
        for (int round = 0; round < rounds; round++)
            for (int j = 0; j < Chains; j++)
                chains[j] = chains[j] * m + b;
        float sum = 0f;
        for (int j = 0; j < Chains; j++)
            sum += chains[j];
        y[i] = sum;
    }
}
