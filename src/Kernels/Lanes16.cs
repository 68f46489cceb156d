using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels;

/// <summary>
/// Sixteen floats side by side that are computed as one: <c>float16</c> in OpenCL, which a device that is a CPU keeps
/// in a vector register. A loop over sixteen floats says the same, but the compiler then moves the sums of a register
/// tile about: 2.5 times slower on PoCL.
/// </summary>
public readonly struct Lanes16(Float4 a, Float4 b, Float4 c, Float4 d)
{
    /// <summary>How many they are.</summary>
    public const int Count = 16;

    readonly Float4 a = a, b = b, c = c, d = d;

    /// <summary>The same value sixteen times.</summary>
    public static Lanes16 All(float value)
    {
        Float4 four = new(value, value, value, value);
        return new(four, four, four, four);
    }

    /// <summary>Sixteen neighbours, which need not be aligned.</summary>
    public static Lanes16 Load(ArrayView<float> from, int at) =>
        new(Four(from, at), Four(from, at + 4), Four(from, at + 8), Four(from, at + 12));

    /// <summary>Puts the lanes at sixteen neighbours, which need not be aligned.</summary>
    public static void Store(Lanes16 lanes, ArrayView<float> to, int at)
    {
        Put(lanes.a, to, at);
        Put(lanes.b, to, at + 4);
        Put(lanes.c, to, at + 8);
        Put(lanes.d, to, at + 12);
    }

    /// <summary>x * y + sum, lane by lane: <see cref="Fused.MultiplyAddEstimate"/>.</summary>
    public static Lanes16 MultiplyAdd(float x, Lanes16 y, Lanes16 sum) => new(
        Float4.MultiplyAdd(x, y.a, sum.a), Float4.MultiplyAdd(x, y.b, sum.b), Float4.MultiplyAdd(x, y.c, sum.c),
        Float4.MultiplyAdd(x, y.d, sum.d));

    /// <summary>The lanes where <paramref name="inside"/> is -1 at their place, 0 where it is 0.</summary>
    public static Lanes16 Where(Lanes16 lanes, ArrayView<int> inside, int at) => new(
        Where(lanes.a, inside, at), Where(lanes.b, inside, at + 4), Where(lanes.c, inside, at + 8),
        Where(lanes.d, inside, at + 12));

    static Float4 Four(ArrayView<float> from, int at) => new(from[at], from[at + 1], from[at + 2], from[at + 3]);

    static void Put(Float4 four, ArrayView<float> to, int at)
    {
        to[at] = four.X;
        to[at + 1] = four.Y;
        to[at + 2] = four.Z;
        to[at + 3] = four.W;
    }

    static Float4 Where(Float4 four, ArrayView<int> inside, int at) => new(
        inside[at] != 0 ? four.X : 0f, inside[at + 1] != 0 ? four.Y : 0f, inside[at + 2] != 0 ? four.Z : 0f,
        inside[at + 3] != 0 ? four.W : 0f);
}
