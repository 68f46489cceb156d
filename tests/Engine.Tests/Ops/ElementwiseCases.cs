using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;
using TripletGpu.Oracle;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>Every function of one value and of two, and the ways in which shapes broadcast.</summary>
public static class ElementwiseCases
{
    static readonly Shape Odd = new(3, 7, 5);

    // More elements than stay on one thread, and no multiple of a vector or a block.
    static readonly Shape Large = new(5, 33, 211);

    public static IEnumerable<OpCase> Cases =>
    [
        Unary<Relu>("Relu", x => Math.Max(x, 0), x => x > 0 ? 1 : 0, Tolerance.Exact),
        Unary<Relu>("Relu on two threads", x => Math.Max(x, 0), x => x > 0 ? 1 : 0, Tolerance.Exact, Large),
        Unary<Relu>("Relu of one element", x => Math.Max(x, 0), x => x > 0 ? 1 : 0, Tolerance.Exact, Shape.Scalar),
        Unary<Abs>("Abs", Math.Abs, x => Math.Sign(x), Tolerance.Exact),
        Unary<Negate>("Negate", x => -x, x => -1, Tolerance.Exact),
        Unary<Square>("Square", x => x * x, x => 2 * x, Tolerance.Elementwise),
        Unary<Reciprocal>("Reciprocal", x => 1 / x, x => -1 / (x * x), Tolerance.Elementwise, low: 0.1, high: 3),
        Unary<Sqrt>("Sqrt", Math.Sqrt, x => 0.5 / Math.Sqrt(x), Tolerance.Elementwise, low: 0.01, high: 9),
        Unary<Exp>("Exp", Math.Exp, Math.Exp, Tolerance.Elementwise, low: -20, high: 20),
        Unary<Log>("Log", Math.Log, x => 1 / x, Tolerance.Elementwise, low: 0.01, high: 1000),
        Unary<Sigmoid>("Sigmoid", Sigmoid, x =>
            Sigmoid(x) * (1 - Sigmoid(x)), Tolerance.Transcendental, low: -9, high: 9),
        Unary<Tanh>("Tanh", Math.Tanh, SlopeOfTanh, Tolerance.Transcendental, low: -4, high: 4),
        Unary<Tanh>("Tanh near 0", Math.Tanh, SlopeOfTanh, Tolerance.Transcendental, low: -0.7, high: 0.7),
        Unary<Sign>("Sign", x => Math.Sign(x), x => 0, Tolerance.Exact),
        Unary<Erf>("Erf", Elementwise.Erf, SlopeOfErf, Tolerance.Transcendental, low: -4, high: 4),
        Unary<Erf>("Erf near 0", Elementwise.Erf, SlopeOfErf, Tolerance.Transcendental, low: -1, high: 1),
        Unary<Silu>("Silu", x => x * Sigmoid(x), x =>
            Sigmoid(x) * (1 + x * (1 - Sigmoid(x))), Tolerance.Transcendental, low: -9, high: 9),
        Unary<HardSwish>("HardSwish", x => x * Math.Clamp(x / 6 + 0.5, 0, 1), x =>
            x < -3 ? 0 : x > 3 ? 1 : x / 3 + 0.5, Tolerance.Transcendental, low: -5, high: 5),
        Unary<Gelu>("Gelu", x => x * NormalBelow(x), x =>
            NormalBelow(x) + x * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI), Tolerance.Transcendental,
            low: -4, high: 4),
        PRelu("PRelu", Odd, Odd),
        PRelu("PRelu with a slope a channel", new(3, 5, 4, 7), new(5, 1, 1)),
        PRelu("PRelu with a slope a channel on two threads", Large, new(33, 1)),
        PRelu("PRelu with one slope", Odd, Shape.Scalar),
        Binary<Add>("Add", (a, b) => a + b, (a, b) => 1, (a, b) => 1, Odd, Odd),
        Binary<Subtract>("Subtract", (a, b) => a - b, (a, b) => 1, (a, b) => -1, Odd, Odd),
        Binary<Multiply>("Multiply", (a, b) => a * b, (a, b) => b, (a, b) => a, Odd, Odd),
        Binary<Divide>("Divide", (a, b) => a / b, (a, b) => 1 / b, (a, b) => -a / (b * b), Odd, Odd, low: 0.3, high: 2),
        Binary<Maximum>("Maximum", Math.Max, (a, b) => a >= b ? 1 : 0, (a, b) => a < b ? 1 : 0, Odd, Odd),
        Binary<Minimum>("Minimum", Math.Min, (a, b) => a <= b ? 1 : 0, (a, b) => a > b ? 1 : 0, Odd, Odd),
        Binary<Power>(
            "Power", Math.Pow, (a, b) => b * Math.Pow(a, b - 1), (a, b) => Math.Pow(a, b) * Math.Log(a), Odd, Odd,
            low: 0.2, high: 3),
        Binary<Power>(
            "Power of a row", Math.Pow, (a, b) => b * Math.Pow(a, b - 1), (a, b) => Math.Pow(a, b) * Math.Log(a),
            Odd, new(5), low: 0.2, high: 3),
        Multiplied("scalar", Odd, Shape.Scalar),
        Multiplied("scalar first, two threads", Shape.Scalar, Large),
        Multiplied("row", new(19, 37), new(37)),
        Multiplied("row on two threads", Large, new(211)),
        Multiplied("channel", new(2, 5, 3, 7), new(5, 1, 1)),
        Multiplied("channel on two threads", Large, new(33, 1)),
        Multiplied("column and row", new(11, 1), new(1, 23)),
        Multiplied("alternating axes of rank 6", new(2, 1, 3, 1, 2, 1), new(1, 4, 1, 2, 1, 5)),
        Multiplied("sample and channel", new(3, 1, 4, 4), new(1, 6, 1, 1)),
        Multiplied("more than a thousand rows", new(2500, 3), new(1, 3)),
        WithScalar<Maximum>("Maximum with a constant", 0.3f, Math.Max, (a, b) => a >= b ? 1 : 0),
        WithScalar<Divide>("Divide by a constant", 3, (a, b) => a / b, (a, b) => 1 / b),
        WithScalar<Power>("Cube, of negative numbers too", 3, (a, b) => a * a * a, (a, b) => 3 * a * a),
        new("Affine", new Affine(2.5f, -0.75f), [Large], x => Elementwise.Map(x[0], v => 2.5 * v - 0.75),
            (x, dy) => [Elementwise.MapBackward(x[0], dy, _ => 2.5)], Tolerance.Elementwise),
    ];

    static double NormalBelow(double x) => (1 + Elementwise.Erf(x / Math.Sqrt(2))) / 2;

    static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    static double SlopeOfErf(double x) => 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x);

    static double SlopeOfTanh(double x) => 1 - Math.Tanh(x) * Math.Tanh(x);

    static OpCase Unary<TMath>(
        string name, Func<double, double> f, Func<double, double> derivative, Tolerance tolerance, Shape? shape = null,
        double low = -3, double high = 3) where TMath : struct, IUnaryMath =>
        new(name, new Unary<TMath>(), [shape ?? Odd], x => Elementwise.Map(x[0], f),
            (x, dy) => [Elementwise.MapBackward(x[0], dy, derivative)], tolerance)
        {
            Draw = (_, count, random) => Values.Uniform(count, random, low, high),
        };

    static OpCase Binary<TMath>(
        string name, Func<double, double, double> f, Func<double, double, double> byA, Func<double, double, double> byB,
        Shape a, Shape b, double low = -3, double high = 3) where TMath : struct, IBinaryMath =>
        new(name, new Binary<TMath>(), [a, b], x => Elementwise.Binary(x[0], a.ToArray(), x[1], b.ToArray(), f),
            (x, dy) =>
            {
                (double[] da, double[] db) =
                    Elementwise.BinaryBackward(x[0], a.ToArray(), x[1], b.ToArray(), dy, byA, byB);
                return [da, db];
            }, Tolerance.Sum)
        {
            Draw = (_, count, random) => Values.Uniform(count, random, low, high),
        };

    static OpCase PRelu(string name, Shape x, Shape slope) => Binary<PRelu>(
        name, (a, b) => a < 0 ? a * b : a, (a, b) => a > 0 ? 1 : b, (a, b) => a > 0 ? 0 : a, x, slope);

    static OpCase Multiplied(string name, Shape a, Shape b) =>
        Binary<Multiply>($"Multiply broadcast: {name}", (u, v) => u * v, (u, v) => v, (u, v) => u, a, b);

    static OpCase WithScalar<TMath>(
        string name, float b, Func<double, double, double> f, Func<double, double, double> byA)
        where TMath : struct, IBinaryMath =>
        new(name, new WithScalar<TMath>(b), [Odd], x => Elementwise.Map(x[0], v => f(v, b)),
            (x, dy) => [Elementwise.MapBackward(x[0], dy, v => byA(v, b))], Tolerance.Elementwise);
}
