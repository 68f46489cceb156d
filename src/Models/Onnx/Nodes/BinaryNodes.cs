using TripletGpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Arithmetic with broadcasting; that of integers on the host.</summary>
static class BinaryNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["Add"] = call => Pair(call, TensorOps.Add, (a, b) => a + b, (a, b) => a + b, b => (1, b)),
        ["Sub"] = call => Pair(call, TensorOps.Subtract, (a, b) => a - b, (a, b) => a - b, b => (1, -b)),
        ["Mul"] = call => Pair(call, TensorOps.Multiply, (a, b) => a * b, (a, b) => a * b, b => (b, 0)),
        ["Div"] = call => Pair(call, TensorOps.Divide, (a, b) => a / b, Quotient, null),
        ["Pow"] = Power,
        ["Equal"] = call => Compare(call, (a, b) => a == b),
        ["Less"] = call => Compare(call, (a, b) => a < b),
        ["LessOrEqual"] = call => Compare(call, (a, b) => a <= b),
        ["Greater"] = call => Compare(call, (a, b) => a > b),
        ["GreaterOrEqual"] = call => Compare(call, (a, b) => a >= b),
        ["And"] = call => [new(HostMath.Zip(call, call.Host(0), call.Host(1), (a, b) => a & b))],
        ["Or"] = call => [new(HostMath.Zip(call, call.Host(0), call.Host(1), (a, b) => a | b))],
        ["Xor"] = call => [new(HostMath.Zip(call, call.Host(0), call.Host(1), (a, b) => a ^ b))],
        ["Mod"] = call => [new(HostMath.Zip(call, call.Host(0), call.Host(1), Remainder(call)))],
        ["Max"] = call => Extreme(call, (a, b) => a.Maximum(b), Math.Max),
        ["Min"] = call => Extreme(call, (a, b) => a.Minimum(b), Math.Min),
        ["Sum"] = call => [Fold(call, TensorOps.Add)],
        ["Mean"] = call => [Fold(call, TensorOps.Add).Scale(1f / call.InputCount)],
    };

    /// <summary>Of constants, be they integers or floats.</summary>
    static OnnxValue[] Compare(NodeCall call, Func<double, double, bool> holds)
    {
        OnnxTensor a = Constant(0), b = Constant(1);
        if (!a.IsFloat && !b.IsFloat)
            return [new(HostMath.Zip(call, a, b, (u, v) => holds(u.CompareTo(v), 0) ? 1 : 0))];
        return [new(HostMath.Zip(call, Numbers(a), a.Dims, Numbers(b), b.Dims, (u, v) => holds(u, v) ? 1 : 0))];

        OnnxTensor Constant(int index) => call.Value(index).Host
            ?? throw call.Error("of the network's values it is not supported, only of constants");

        static double[] Numbers(OnnxTensor x) => new OnnxValue(x).ToNumbers();
    }

    /// <summary>With the divisor's sign, or in C's way with the dividend's.</summary>
    static Func<long, long, long> Remainder(NodeCall call)
    {
        bool isOfC = call.Node.Int("fmod", 0) != 0;
        return (a, b) => b == 0 ? throw new ArgumentException("division of integers by zero")
            : isOfC || a % b == 0 || a < 0 == b < 0 ? a % b : a % b + b;
    }

    static long Quotient(long a, long b) =>
        b == 0 ? throw new ArgumentException("division of integers by zero") : a / b;

    /// <param name="call">The node.</param>
    /// <param name="onTensors">The function of floats.</param>
    /// <param name="onConstants">The same of two that are both known beforehand, as what masks are made of.</param>
    /// <param name="onIntegers">The function of integers.</param>
    /// <param name="asAffine">Factor and summand that a constant second operand amounts to.</param>
    static OnnxValue[] Pair(
        NodeCall call, Func<Tensor, Tensor, Tensor> onTensors, Func<float, float, float> onConstants,
        Func<long, long, long> onIntegers, Func<float, (float Scale, float Shift)>? asAffine)
    {
        OnnxValue a = call.Value(0), b = call.Value(1);
        if (a.IsInteger && b.IsInteger) return [new(HostMath.Zip(call, a.Host!, b.Host!, onIntegers))];
        if (a.Host?.FloatsOrNull is { } first && b.Host?.FloatsOrNull is { } second)
            return [new(HostMath.Zip(call, first, a.Dims, second, b.Dims, onConstants))];
        if (asAffine is not null && b.Dims.Length <= a.Dims.Length && call.Scalar(1) is { } constant)
        {
            (float scale, float shift) = asAffine(constant);
            return [call.Tensor(0).Affine(scale, shift)];
        }
        _ = HostMath.Broadcast(call, a.Dims, b.Dims);
        return [onTensors(call.Tensor(0), call.Tensor(1))];
    }

    static OnnxValue[] Extreme(NodeCall call, Func<Tensor, Tensor, Tensor> onTensors, Func<long, long, long> onIntegers)
    {
        if (!call.Value(0).IsInteger) return [Fold(call, onTensors)];
        OnnxTensor y = call.Host(0);
        for (int i = 1; i < call.InputCount; i++) y = HostMath.Zip(call, y, call.Host(i), onIntegers);
        return [new OnnxValue(y)];
    }

    /// <summary>The result has the base's type: a power of integers is cut to an integer.</summary>
    static OnnxValue[] Power(NodeCall call)
    {
        OnnxValue x = call.Value(0), exponent = call.Value(1);
        if (x.IsInteger)
        {
            double[] exponents = exponent.ToNumbers();
            return [new(HostMath.Zip(
                call, x.Host!.IntegersOrNull!, x.Dims, exponents, exponent.Dims, (a, b) => (long)Math.Pow(a, b)))];
        }
        _ = HostMath.Broadcast(call, x.Dims, exponent.Dims);
        Tensor bases = call.Tensor(0);
        return (exponent.Dims.Length <= x.Dims.Length ? call.Scalar(1) : null) switch
        {
            2 => [bases.Square()],
            -1 => [bases.Reciprocal()],
            { } constant => [bases.Power(constant)],
            null when exponent.Host?.IntegersOrNull is { } whole =>
                [bases.Power(call.Device.Tensor(call.ShapeOf(exponent.Dims), Array.ConvertAll(whole, v => (float)v)))],
            null => [bases.Power(call.Tensor(1))],
        };
    }

    static Tensor Fold(NodeCall call, Func<Tensor, Tensor, Tensor> function)
    {
        Tensor y = call.Tensor(0);
        for (int i = 1; i < call.InputCount; i++)
        {
            _ = HostMath.Broadcast(call, new OnnxValue(y).Dims, call.Value(i).Dims);
            y = function(y, call.Tensor(i));
        }
        return y;
    }
}
