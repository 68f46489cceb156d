using System.Numerics;

namespace TripletGpu.Runner.Data;

/// <summary>Samples of images as the numbers that are trained on.</summary>
static class Samples
{
    /// <summary>to = bytes / 255.</summary>
    public static void Scale(ReadOnlySpan<byte> bytes, Span<float> to)
    {
        const float most = 255;
        int i = 0, lanes = Vector<float>.Count;
        for (; i + Vector<byte>.Count <= bytes.Length; i += Vector<byte>.Count)
        {
            Vector.Widen(new Vector<byte>(bytes[i..]), out Vector<ushort> low, out Vector<ushort> high);
            Vector.Widen(low, out Vector<uint> a, out Vector<uint> b);
            Vector.Widen(high, out Vector<uint> c, out Vector<uint> d);
            (ToSingle(a) / most).CopyTo(to[i..]);
            (ToSingle(b) / most).CopyTo(to[(i + lanes)..]);
            (ToSingle(c) / most).CopyTo(to[(i + 2 * lanes)..]);
            (ToSingle(d) / most).CopyTo(to[(i + 3 * lanes)..]);
        }
        for (; i < bytes.Length; i++) to[i] = bytes[i] / most;
    }

    static Vector<float> ToSingle(Vector<uint> values) => Vector.ConvertToSingle(Vector.AsVectorInt32(values));
}
