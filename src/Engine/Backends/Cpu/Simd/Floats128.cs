using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>4 floats, with nothing but what every processor has.</summary>
readonly unsafe struct Floats128(Vector128<float> value) : IFloats<Floats128>
{
    readonly Vector128<float> value = value;

    public static int Count => Vector128<float>.Count;

    public static Floats128 Zero => new(Vector128<float>.Zero);

    public static Floats128 Create(float value) => new(Vector128.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats128 Load(float* p) => new(Vector128.Load(p));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats128 KeepFirst(Floats128 x, int n) =>
        new(x.value & Vector128.LessThan(Vector128<int>.Indices, Vector128.Create(n)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats128 LoadEven(float* p) => new(Vector128.Create(p[0], p[2], p[4], p[6]));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Floats128 x, float* p) => x.value.Store(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreFirst(Floats128 x, float* p, int n)
    {
        if (n >= 4) x.value.Store(p);
        else
            for (int i = 0; i < n; i++) p[i] = x.value[i];
    }

    public static Floats128 operator +(Floats128 a, Floats128 b) => new(a.value + b.value);

    public static Floats128 operator -(Floats128 a, Floats128 b) => new(a.value - b.value);

    public static Floats128 operator *(Floats128 a, Floats128 b) => new(a.value * b.value);

    public static Floats128 operator /(Floats128 a, Floats128 b) => new(a.value / b.value);

    public static Floats128 operator &(Floats128 a, Floats128 b) => new(a.value & b.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats128 MultiplyAdd(Floats128 a, Floats128 b, Floats128 c) => new(a.value * b.value + c.value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats128 Max(Floats128 a, Floats128 b) =>
        new(Vector128.ConditionalSelect(Vector128.GreaterThan(a.value, b.value), a.value, b.value));

    public static Floats128 Sqrt(Floats128 x) => new(Vector128.Sqrt(x.value));

    public static Floats128 IsGreater(Floats128 a, Floats128 b) => new(Vector128.GreaterThan(a.value, b.value));

    public static Floats128 AreEqual(Floats128 a, Floats128 b) => new(Vector128.Equals(a.value, b.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats128 IsGreaterOrNaN(Floats128 a, Floats128 b) =>
        new(Vector128.GreaterThan(a.value, b.value) | ~Vector128.Equals(a.value, a.value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Floats128 Select(Floats128 mask, Floats128 a, Floats128 b) =>
        new(Vector128.ConditionalSelect(mask.value, a.value, b.value));

    public static float Sum(Floats128 x) => Vector128.Sum(x.value);
}
