namespace TripletGpu.Kernels.Functions;

/// <summary>
/// Long sums as precise as in double, which not every device has: what an addition rounds off is kept beside the sum
/// (Knuth, The Art of Computer Programming 2, 4.2.2, theorem B).
/// </summary>
public static class TwoSum
{
    /// <summary>Adds a value.</summary>
    public static void Add(ref float sum, ref float rest, float value)
    {
        float next = sum + value, taken = next - sum;
        rest += (sum - (next - taken)) + (value - taken);
        sum = next;
    }

    /// <summary>The sum; infinite, or NaN, where it is without what was rounded off.</summary>
    public static float Total(float sum, float rest) => rest - rest == 0f ? sum + rest : sum;
}
