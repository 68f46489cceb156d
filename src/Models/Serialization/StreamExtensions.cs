using System.Runtime.InteropServices;

namespace TripletGpu.Models.Serialization;

/// <summary>Arrays to streams.</summary>
static class StreamExtensions
{
    // The byte view of a larger span would be longer than an int can say.
    const int MostElements = 1 << 24;

    /// <summary>
    /// Writes the elements as the machine holds them, which is little-endian wherever .NET runs with SIMD.
    /// </summary>
    public static void WriteLittleEndian<T>(this Stream stream, ReadOnlySpan<T> values) where T : unmanaged
    {
        for (; !values.IsEmpty; values = values[Math.Min(MostElements, values.Length)..])
            stream.Write(MemoryMarshal.AsBytes(values[..Math.Min(MostElements, values.Length)]));
    }
}
