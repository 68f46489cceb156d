using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>8 floats: AVX2 and FMA.</summary>
readonly unsafe struct Floats256(Vector256<float> value) : IFloats<Floats256>
{
    readonly Vector256<float> value = value;

    public static int Count => Vector256<float>.Count;

    public static Floats256 Zero => new(Vector256<float>.Zero);

    public static Floats256 Create(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats256 Load(float* p) => new(Vector256.Load(p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats256 KeepFirst(Floats256 x, int n) => new(x.value & First(n));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats256 LoadEven(float* p)
    {
        Vector256<float> mixed = Avx.Shuffle(Vector256.Load(p), Vector256.Load(p + 8), 0b10_00_10_00);
        return new(Avx2.Permute4x64(mixed.AsDouble(), 0b11_01_10_00).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Floats256 x, float* p) => x.value.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(Floats256 x, float* p, int n) => Avx.MaskStore(p, First(n), x.value);

    public static Floats256 operator +(Floats256 a, Floats256 b) => new(a.value + b.value);

    public static Floats256 operator -(Floats256 a, Floats256 b) => new(a.value - b.value);

    public static Floats256 operator *(Floats256 a, Floats256 b) => new(a.value * b.value);

    public static Floats256 operator /(Floats256 a, Floats256 b) => new(a.value / b.value);

    public static Floats256 operator &(Floats256 a, Floats256 b) => new(a.value & b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats256 MultiplyAdd(Floats256 a, Floats256 b, Floats256 c) =>
        new(Fma.MultiplyAdd(a.value, b.value, c.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats256 Max(Floats256 a, Floats256 b) => new(Avx.Max(a.value, b.value));

    public static Floats256 Sqrt(Floats256 x) => new(Vector256.Sqrt(x.value));

    public static Floats256 IsGreater(Floats256 a, Floats256 b) => new(Vector256.GreaterThan(a.value, b.value));

    public static Floats256 AreEqual(Floats256 a, Floats256 b) => new(Vector256.Equals(a.value, b.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats256 IsGreaterOrNaN(Floats256 a, Floats256 b) =>
        new(Vector256.GreaterThan(a.value, b.value) | ~Vector256.Equals(a.value, a.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats256 Select(Floats256 mask, Floats256 a, Floats256 b) =>
        new(Vector256.ConditionalSelect(mask.value, a.value, b.value));

    public static float Sum(Floats256 x) => Vector256.Sum(x.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<float> First(int n) => Vector256.LessThan(Vector256<int>.Indices, Vector256.Create(n)).AsSingle();
}
