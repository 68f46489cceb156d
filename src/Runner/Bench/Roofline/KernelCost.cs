namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>
/// What a launch must compute and move, by the kernel's own formula. An addition, subtraction, multiplication,
/// division, comparison, minimum or maximum of floats is one operation, a fused multiply-add two, a function such as
/// exp or sqrt one. Changes of sign, choices, and work on whole numbers (indices, classes, random bits) are none. Bytes
/// are what a device with an endless cache would read and write: each element of each view once, twice where it is
/// added to.
/// </summary>
/// <param name="Flops">Operations, in the letters.</param>
/// <param name="Bytes">Bytes, in the letters.</param>
sealed record KernelCost(string Flops, string Bytes)
{
    /// <summary>The dimensions of the launch.</summary>
    public required IReadOnlyDictionary<string, long> Letters { get; init; }

    /// <summary>Operations of the launch.</summary>
    public double FlopCount => Formula.Value(Flops, Letters);

    /// <summary>Bytes of the launch.</summary>
    public double ByteCount => Formula.Value(Bytes, Letters);

    /// <summary>A cost in these letters.</summary>
    public static KernelCost Of(string flops, string bytes, params ReadOnlySpan<(string Letter, long Value)> letters)
    {
        Dictionary<string, long> all = [];
        foreach ((string letter, long value) in letters) all[letter] = value;
        return new(flops, bytes) { Letters = all };
    }
}
