using TripletGpu.Autograd;
using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>Every function at zeros, subnormals, the ends of the range, infinities and NaN, on every device.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class SpecialValueTests(string device) : DeviceFixture(device)
{
    const float Infinity = float.PositiveInfinity;

    static readonly float[] special =
    [
        0, -0f, 1e-45f, -1e-45f, 1e-40f, -1e-40f, 1.1754944e-38f, -1.1754944e-38f, 1e-20f, -0.5f, 0.5f, 1, -1, 2, -2,
        3, -3, 20, -20, 1e10f, -1e10f, float.MaxValue, float.MinValue, Infinity, -Infinity, float.NaN,
    ];

    static IEnumerable<TestCaseData> UnaryFunctions =>
    [
        Unary<Abs>(Math.Abs), Unary<Exp>(Math.Exp), Unary<Log>(Math.Log), Unary<Negate>(x => -x),
        Unary<Reciprocal>(x => 1 / x), Unary<Relu>(x => Math.Max(x, 0)), Unary<Sigmoid>(x => 1 / (1 + Math.Exp(-x))),
        Unary<Sqrt>(Math.Sqrt), Unary<Square>(x => x * x), Unary<Tanh>(Math.Tanh),
        Unary<Sign>(x => double.IsNaN(x) ? x : Math.Sign(x)),
        Unary<Silu>(x => x / (1 + Math.Exp(-x))), Unary<HardSwish>(x => x * Math.Clamp(x / 6 + 0.5, 0, 1)),
        Unary<Gelu>(x => x * (Math.Abs(x) > 8 ? Math.Sign(x) + 1 : Oracle.Elementwise.Erf(x / Math.Sqrt(2)) + 1) / 2),
        Unary<Erf>(x => Math.Abs(x) > 6 ? Math.Sign(x) : Oracle.Elementwise.Erf(x)),
    ];

    static IEnumerable<TestCaseData> BinaryFunctions =>
    [
        Binary<Add>((a, b) => a + b), Binary<Subtract>((a, b) => a - b), Binary<Multiply>((a, b) => a * b),
        Binary<Divide>((a, b) => a / b), Binary<Power>(Math.Pow), Binary<Maximum>(Math.Max), Binary<Minimum>(Math.Min),
        Binary<PRelu>((a, b) => a < 0 ? a * b : a),
    ];

    [TestCaseSource(nameof(UnaryFunctions))]
    public void Unary_IsItsFormula(Op op, Func<double, double> f)
    {
        using Step step = Device.BeginStep(record: false);
        float[] y = op.Apply(Device.Tensor(new Shape(special.Length), special)).ToArray();
        Assert.Multiple(() =>
        {
            for (int i = 0; i < y.Length; i++) Compare(y[i], f(special[i]), $"{op.Name}({special[i]:R})");
        });
    }

    [TestCaseSource(nameof(BinaryFunctions))]
    public void Binary_IsItsFormula(Op op, Func<double, double, double> f)
    {
        using Step step = Device.BeginStep(record: false);
        int n = special.Length;
        Tensor row = Device.Tensor(new Shape(n), special), column = Device.Tensor(new Shape(n, 1), special);
        float[] y = op.Apply(column, row).ToArray();
        Assert.Multiple(() =>
        {
            for (int i = 0; i < y.Length; i++)
                Compare(
                    y[i], f(special[i / n], special[i % n]), $"{op.Name}({special[i / n]:R}, {special[i % n]:R})");
        });
    }

    [Test]
    public void EveryFunction_IsListed()
    {
        IEnumerable<string> missing =
            from type in typeof(Relu).Assembly.GetTypes()
            where type.IsValueType
            where type.IsAssignableTo(typeof(IUnaryMath)) || type.IsAssignableTo(typeof(IBinaryMath))
            where UnaryFunctions.Concat(BinaryFunctions).All(listed => ((Op)listed.Arguments[0]!).Name != type.Name)
            select type.Name;
        Assert.That(missing, Is.Empty);
    }

    static TestCaseData Unary<TMath>(Func<double, double> f) where TMath : struct, IUnaryMath =>
        new TestCaseData(new Unary<TMath>(), f).SetArgDisplayNames(typeof(TMath).Name);

    static TestCaseData Binary<TMath>(Func<double, double, double> f) where TMath : struct, IBinaryMath =>
        new TestCaseData(new Binary<TMath>(), f).SetArgDisplayNames(typeof(TMath).Name);

    static void Compare(float actual, double exact, string what)
    {
        float expected = (float)exact;
        if (float.IsNaN(expected) || float.IsInfinity(expected)) Assert.That(actual, Is.EqualTo(expected), what);
        else
            Assert.That(
                actual, Is.EqualTo(expected).Within(
                    Tolerance.Transcendental.Relative * Math.Abs(expected) + float.Epsilon), what);
    }
}
