using TripletGpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Arithmetic with broadcasting; that of integers on the host.</summary>
static class BinaryNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["Add"] = call => Pair(call, TensorOps.Add, (a, b) => a + b, b => (1, b)),
        ["Sub"] = call => Pair(call, TensorOps.Subtract, (a, b) => a - b, b => (1, -b)),
        ["Mul"] = call => Pair(call, TensorOps.Multiply, (a, b) => a * b, b => (b, 0)),
        ["Div"] = call => Pair(call, TensorOps.Divide, Quotient, null),
        ["Pow"] = Power,
        ["Equal"] = call => [new(HostMath.Zip(call, call.Host(0), call.Host(1), (a, b) => a == b ? 1 : 0))],
        ["Max"] = call => Extreme(call, (a, b) => a.Maximum(b), Math.Max),
        ["Min"] = call => Extreme(call, (a, b) => a.Minimum(b), Math.Min),
        ["Sum"] = call => [Fold(call, TensorOps.Add)],
        ["Mean"] = call => [Fold(call, TensorOps.Add).Scale(1f / call.InputCount)],
    };

    static long Quotient(long a, long b) =>
        b == 0 ? throw new ArgumentException("division of integers by zero") : a / b;

    /// <param name="call">The node.</param>
    /// <param name="onTensors">The function of floats.</param>
    /// <param name="onIntegers">The function of integers.</param>
    /// <param name="asAffine">Factor and summand that a constant second operand amounts to.</param>
    static OnnxValue[] Pair(
        NodeCall call, Func<Tensor, Tensor, Tensor> onTensors, Func<long, long, long> onIntegers,
        Func<float, (float Scale, float Shift)>? asAffine)
    {
        OnnxValue a = call.Value(0), b = call.Value(1);
        if (a.IsInteger && b.IsInteger) return [new(HostMath.Zip(call, a.Host!, b.Host!, onIntegers))];
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
            0.5f => [bases.Sqrt()],
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
