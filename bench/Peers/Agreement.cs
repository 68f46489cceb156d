namespace TripletGpu.Bench.Peers;

/// <summary>A peer is only timed where it computes what we do.</summary>
static class Agreement
{
    // Of the largest value: sums in another order, Winograd's forms on either side, batch norms folded into weights.
    const float MostApart = 1e-3f;

    /// <summary>Runs the pass once and compares.</summary>
    /// <exception cref="InvalidOperationException">The values differ.</exception>
    public static IPeerPass Check(string what, IPeerPass pass, float[] expected)
    {
        pass.Run();
        float[] result = pass.Result();
        if (result.Length != expected.Length)
            throw new InvalidOperationException($"{what}: {result.Length} values instead of {expected.Length}");
        float largest = expected.Max(MathF.Abs);
        for (int i = 0; i < result.Length; i++)
            if (!(MathF.Abs(result[i] - expected[i]) <= MostApart * largest))
                throw new InvalidOperationException($"{what}: value {i} is {result[i]} instead of {expected[i]}");
        return pass;
    }
}
