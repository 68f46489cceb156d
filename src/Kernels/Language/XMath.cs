namespace ILGPU.Algorithms;

/// <summary>Functions of float that every device has.</summary>
public static class XMath
{
    public static float Abs(float value) => MathF.Abs(value);

    public static float Ceiling(float value) => MathF.Ceiling(value);

    public static float Clamp(float value, float min, float max) => MathF.Max(MathF.Min(value, max), min);

    public static float Cos(float value) => MathF.Cos(value);

    public static float Exp(float value) => MathF.Exp(value);

    public static float Exp2(float value) => float.Exp2(value);

    public static float Floor(float value) => MathF.Floor(value);

    public static bool IsFinite(float value) => float.IsFinite(value);

    public static bool IsInfinity(float value) => float.IsInfinity(value);

    public static bool IsNaN(float value) => float.IsNaN(value);

    public static float Log(float value) => MathF.Log(value);

    public static float Log2(float value) => MathF.Log2(value);

    public static float Max(float a, float b) => MathF.Max(a, b);

    public static float Min(float a, float b) => MathF.Min(a, b);

    public static float Pow(float x, float y) => MathF.Pow(x, y);

    public static float Rcp(float value) => 1f / value;

    public static float Round(float value) => MathF.Round(value);

    public static float Rsqrt(float value) => 1f / MathF.Sqrt(value);

    public static int Sign(float value) => value > 0f ? 1 : value < 0f ? -1 : 0;

    public static float Sin(float value) => MathF.Sin(value);

    public static float Sqrt(float value) => MathF.Sqrt(value);

    public static float Tanh(float value) => MathF.Tanh(value);

    public static float Truncate(float value) => MathF.Truncate(value);
}
