using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>16 floats: AVX-512.</summary>
readonly unsafe struct Floats512(Vector512<float> value) : IFloats<Floats512>
{
    readonly Vector512<float> value = value;

    public static int Count => Vector512<float>.Count;

    public static Floats512 Zero => new(Vector512<float>.Zero);

    public static Floats512 Create(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats512 Load(float* p) => new(Vector512.Load(p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats512 KeepFirst(Floats512 x, int n) => new(x.value & First(n));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats512 LoadEven(float* p) => new(Avx512F.PermuteVar16x32x2(
        Vector512.Load(p), Vector512<int>.Indices + Vector512<int>.Indices, Vector512.Load(p + 16)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Floats512 x, float* p) => x.value.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(Floats512 x, float* p, int n) => Avx512F.MaskStore(p, First(n), x.value);

    public static Floats512 operator +(Floats512 a, Floats512 b) => new(a.value + b.value);

    public static Floats512 operator -(Floats512 a, Floats512 b) => new(a.value - b.value);

    public static Floats512 operator *(Floats512 a, Floats512 b) => new(a.value * b.value);

    public static Floats512 operator /(Floats512 a, Floats512 b) => new(a.value / b.value);

    public static Floats512 operator &(Floats512 a, Floats512 b) => new(a.value & b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats512 MultiplyAdd(Floats512 a, Floats512 b, Floats512 c) =>
        new(Avx512F.FusedMultiplyAdd(a.value, b.value, c.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats512 Max(Floats512 a, Floats512 b) => new(Avx512F.Max(a.value, b.value));

    public static Floats512 Sqrt(Floats512 x) => new(Vector512.Sqrt(x.value));

    public static Floats512 IsGreater(Floats512 a, Floats512 b) => new(Vector512.GreaterThan(a.value, b.value));

    public static Floats512 AreEqual(Floats512 a, Floats512 b) => new(Vector512.Equals(a.value, b.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats512 IsGreaterOrNaN(Floats512 a, Floats512 b) =>
        new(Vector512.GreaterThan(a.value, b.value) | ~Vector512.Equals(a.value, a.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats512 Select(Floats512 mask, Floats512 a, Floats512 b) =>
        new(Vector512.ConditionalSelect(mask.value, a.value, b.value));

    public static float Sum(Floats512 x) => Vector512.Sum(x.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> First(int n) => Vector512.LessThan(Vector512<int>.Indices, Vector512.Create(n)).AsSingle();
}
