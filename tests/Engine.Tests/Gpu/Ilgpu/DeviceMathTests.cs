using TripletGpu.Backends.Gpu.Ilgpu;

namespace TripletGpu.Engine.Tests.Gpu.Ilgpu;

/// <summary>The functions that CUDA computes through ILGPU, called on the host: it compiles the same C#.</summary>
public sealed class DeviceMathTests
{
    const float Tiny = 1e-40f, Infinity = float.PositiveInfinity;

    static readonly float[] Special =
        [0f, -0f, Tiny, -Tiny, 1f, -1f, 0.5f, -2f, 3f, 7f, 1e20f, -1e20f, Infinity, -Infinity, float.NaN, 8388609f];

    [Test]
    public void Exp_IsWithinTwoUlp() => AssertClose(DeviceMath.Exp, Math.Exp, -105, 90);

    [Test]
    public void Log_IsWithinTwoUlp()
    {
        AssertClose(DeviceMath.Log, Math.Log, 0, 4);
        AssertClose(x => DeviceMath.Log(MathF.Exp(x)), x => Math.Log(MathF.Exp((float)x)), -100, 88);
    }

    [Test]
    public void Tanh_IsWithinTwoUlp()
    {
        AssertClose(DeviceMath.Tanh, Math.Tanh, -1, 1);
        AssertClose(DeviceMath.Tanh, Math.Tanh, -20, 20);
    }

    [TestCase(0.75f)]
    [TestCase(-1.5f)]
    [TestCase(2f)]
    [TestCase(11f)]
    public void Pow_IsWithinOneUlp(float power) =>
        AssertClose(x => DeviceMath.Pow(x, power), x => Math.Pow(x, power), 0, 300, ulp: 1);

    [Test]
    public void SpecialValues_AreAsInCSharp()
    {
        foreach (float a in Special)
        {
            Assert.That(DeviceMath.Exp(a), Is.EqualTo(MathF.Exp(a)).Within(2).Ulps, $"exp {a}");
            Assert.That(DeviceMath.Log(a), Is.EqualTo(MathF.Log(a)).Within(2).Ulps, $"log {a}");
            Assert.That(DeviceMath.Tanh(a), Is.EqualTo(MathF.Tanh(a)).Within(2).Ulps, $"tanh {a}");
            foreach (float b in Special)
            {
                Assert.That(DeviceMath.Pow(a, b), Is.EqualTo(MathF.Pow(a, b)).Within(1).Ulps, $"{a} ^ {b}");
                Assert.That(DeviceMath.Max(a, b), Is.EqualTo(MathF.Max(a, b)), $"max {a}, {b}");
                Assert.That(DeviceMath.Min(a, b), Is.EqualTo(MathF.Min(a, b)), $"min {a}, {b}");
            }
        }
    }

    static void AssertClose(Func<float, float> of, Func<double, double> exact, float from, float to, int ulp = 2)
    {
        const int steps = 100_000;
        for (int i = 1; i < steps; i++)
        {
            float x = from + (to - from) * i / steps;
            double expected = exact(x);
            double step = Math.Max(MathF.BitIncrement((float)Math.Abs(expected)) - Math.Abs((float)expected), 1.4e-45);
            if (float.IsFinite((float)expected) && Math.Abs(of(x) - expected) <= ulp * step) continue;
            Assert.That(of(x), Is.EqualTo((float)expected), $"at {x}");
        }
    }
}
