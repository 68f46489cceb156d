using System.Runtime.InteropServices;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>
/// A plane laid out so that tap t of the windows p, q, q + 1, ... lies at Start + p * RowStep + Offsets[t] + q: one
/// vector load a tap, whatever the stride.
/// </summary>
readonly unsafe ref struct PlaneView(float* start, int rowStep, ReadOnlySpan<int> offsets)
{
    public float* Start { get; } = start;

    public int RowStep { get; } = rowStep;

    public ReadOnlySpan<int> Offsets { get; } = offsets;

    /// <summary>Room for <paramref name="count"/> floats of one value, and for reading vectors past them.</summary>
    public static float* Allocate(long count, float value)
    {
        const int Slack = 256;
        float* memory = (float*)NativeMemory.AlignedAlloc((nuint)(count + Slack) * sizeof(float), 64);
        for (long i = 0; i < count + Slack; i++) memory[i] = value;
        return memory;
    }
}
