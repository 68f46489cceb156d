using ILGPU;

namespace TripletGpu.Kernels.Bench;

/// <summary>What a device can do at most.</summary>
public static partial class PeakKernels
{
    /// <summary>Multiply-adds of one item in a round.</summary>
    public const int Chains = 16;

    /// <summary>
    /// Independent chains of c = c * m + b in registers, each step rounded once; two operations a chain and round.
    /// </summary>
    [Kernel]
    public static void MultiplyAdds(Index1D i, ArrayView<float> y, int rounds, float m, float b)
    {
        Float4 step = new(b, b, b, b), one = new(b, 2f * b, 3f * b, 4f * b), two = new(5f * b, 6f * b, 7f * b, 8f * b);
        Float4 three = new(9f * b, 10f * b, 11f * b, 12f * b), four = new(13f * b, 14f * b, 15f * b, 16f * b);
        for (int round = 0; round < rounds; round++)
        {
            one = Float4.MultiplyAdd(m, one, step);
            two = Float4.MultiplyAdd(m, two, step);
            three = Float4.MultiplyAdd(m, three, step);
            four = Float4.MultiplyAdd(m, four, step);
        }
        y[i] = Sum(one) + Sum(two) + Sum(three) + Sum(four);
    }

    static float Sum(Float4 four) => four.X + four.Y + four.Z + four.W;
}
