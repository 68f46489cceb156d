using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Arithmetic with broadcasting. Integers are shapes, which are computed on the host.</summary>
static class BinaryNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["Add"] = call => Pair(call, TensorOps.Add, (a, b) => a + b, b => (1, b)),
        ["Sub"] = call => Pair(call, TensorOps.Subtract, (a, b) => a - b, b => (1, -b)),
        ["Mul"] = call => Pair(call, TensorOps.Multiply, (a, b) => a * b, b => (b, 0)),
        ["Div"] = call => Pair(call, TensorOps.Divide, Quotient, null),
        ["Equal"] = call => [OnIntegers(call, Integers(call, 0), Integers(call, 1), (a, b) => a == b ? 1 : 0)],
        ["Max"] = call => [Fold(call, (a, b) => a.Maximum(b))],
        ["Min"] = call => [Fold(call, (a, b) => a.Minimum(b))],
        ["Sum"] = call => [Fold(call, TensorOps.Add)],
        ["Mean"] = call => [Fold(call, TensorOps.Add).Scale(1f / call.InputCount)],
    };

    static OnnxTensor Integers(NodeCall call, int index) => OnnxTensor.Of("", call.Value(index).Dims, call.Integers(index));

    static long Quotient(long a, long b) => b == 0 ? throw new ArgumentException("division of integers by zero") : a / b;

    /// <param name="call">The node.</param>
    /// <param name="onTensors">The function of floats.</param>
    /// <param name="onIntegers">The function of integers.</param>
    /// <param name="asAffine">Factor and summand that a constant second operand amounts to.</param>
    static OnnxValue[] Pair(
        NodeCall call, Func<Tensor, Tensor, Tensor> onTensors, Func<long, long, long> onIntegers,
        Func<float, (float Scale, float Shift)>? asAffine)
    {
        OnnxValue a = call.Value(0), b = call.Value(1);
        if (a.IsInteger && b.IsInteger) return [OnIntegers(call, a.Host!, b.Host!, onIntegers)];
        if (asAffine is not null && b.Dims.Length <= a.Dims.Length && call.Scalar(1) is { } constant)
        {
            (float scale, float shift) = asAffine(constant);
            return [call.Tensor(0).Affine(scale, shift)];
        }
        return [onTensors(call.Tensor(0), call.Tensor(1))];
    }

    static OnnxValue OnIntegers(NodeCall call, OnnxTensor a, OnnxTensor b, Func<long, long, long> function)
    {
        long[] left = a.IntegersOrNull!, right = b.IntegersOrNull!;
        if (left.Length != right.Length && left.Length != 1 && right.Length != 1)
            throw call.Error("integers are computed with element by element, or with one number");
        long[] y = new long[Math.Max(left.Length, right.Length)];
        for (int i = 0; i < y.Length; i++)
            y[i] = function(left[left.Length == 1 ? 0 : i], right[right.Length == 1 ? 0 : i]);
        return new OnnxValue(OnnxTensor.Of("", left.Length >= right.Length ? a.Dims : b.Dims, y));
    }

    static Tensor Fold(NodeCall call, Func<Tensor, Tensor, Tensor> function)
    {
        Tensor y = call.Tensor(0);
        for (int i = 1; i < call.InputCount; i++) y = function(y, call.Tensor(i));
        return y;
    }
}
