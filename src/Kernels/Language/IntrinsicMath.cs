using System.Numerics;

namespace ILGPU;

/// <summary>Functions that every device has.</summary>
public static class IntrinsicMath
{
    public static int Abs(int value) => Math.Abs(value);

    public static float Abs(float value) => MathF.Abs(value);

    public static int Min(int a, int b) => Math.Min(a, b);

    public static float Min(float a, float b) => MathF.Min(a, b);

    public static int Max(int a, int b) => Math.Max(a, b);

    public static float Max(float a, float b) => MathF.Max(a, b);

    public static int Clamp(int value, int min, int max) => Math.Max(Math.Min(value, max), min);

    public static float Clamp(float value, float min, float max) => MathF.Max(MathF.Min(value, max), min);

    public static int PopCount(uint value) => BitOperations.PopCount(value);

    public static int LeadingZeroCount(uint value) => BitOperations.LeadingZeroCount(value);

    public static int DivRoundDown(int numerator, int denominator) => numerator / denominator;

    public static int DivRoundUp(int numerator, int denominator) => (numerator + denominator - 1) / denominator;

    public static float CopySign(float x, float y) => MathF.CopySign(x, y);
}

/// <summary>Bits and sizes.</summary>
public static class Interop
{
    public static uint FloatAsInt(float value) => BitConverter.SingleToUInt32Bits(value);

    public static float IntAsFloat(uint value) => BitConverter.UInt32BitsToSingle(value);

    public static int SizeOf<T>() where T : unmanaged => System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
}
