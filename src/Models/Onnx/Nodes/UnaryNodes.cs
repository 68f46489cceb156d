using TripletGpu.Autograd;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Functions of each element, and softmax.</summary>
static class UnaryNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["Relu"] = call => [call.Tensor(0).Relu()],
        ["LeakyRelu"] = LeakyRelu,
        ["Exp"] = call => [call.Tensor(0).Exp()],
        ["Log"] = call => [call.Tensor(0).Log()],
        ["Sqrt"] = call => [call.Tensor(0).Sqrt()],
        ["Sigmoid"] = call => [call.Tensor(0).Sigmoid()],
        ["Tanh"] = call => [call.Tensor(0).Tanh()],
        ["Neg"] = call => OfNumbers(call, x => x.Negate(), x => -x),
        ["Abs"] = call => OfNumbers(call, x => x.Abs(), Math.Abs),
        ["Reciprocal"] = call => [call.Tensor(0).Reciprocal()],
        ["Sign"] = Sign,
        ["Clip"] = IntegersAsFloats.Also(Clip),
        ["Softmax"] = call => Softmax(call, x => x.Softmax()),
        ["LogSoftmax"] = call => Softmax(call, x => x.LogSoftmax()),
    };

    static OnnxValue[] OfNumbers(NodeCall call, Func<Tensor, Tensor> onTensor, Func<long, long> onIntegers) =>
        [call.Value(0).IsInteger ? HostMath.Map(call.Host(0), onIntegers) : onTensor(call.Tensor(0))];

    static OnnxValue[] LeakyRelu(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        return [x.Relu().Subtract(x.Negate().Relu().Scale(call.Node.Float("alpha", 0.01f)))];
    }

    /// <summary>Its gradient is 0 everywhere: it is computed unrecorded, as a constant.</summary>
    static OnnxValue[] Sign(NodeCall call)
    {
        const float least = 1e-38f;
        Tensor x = call.Tensor(0);
        using Step unrecorded = call.Device.BeginStep(record: false);
        return [unrecorded.Keep(x.Divide(x.Abs().Maximum(least)))];
    }

    /// <summary>Bounds are attributes before opset 11 and inputs from then on.</summary>
    static OnnxValue[] Clip(NodeCall call)
    {
        Tensor y = call.Tensor(0);
        float? low = call.Opset < 11 ? Attribute("min") : Input(1),
            high = call.Opset < 11 ? Attribute("max") : Input(2);
        if (low is { } least) y = y.Maximum(least);
        if (high is { } most) y = y.Minimum(most);
        return [y];

        float? Attribute(string name) => call.Node.Has(name) ? call.Node.Float(name, 0) : null;

        float? Input(int index) => !call.Has(index) ? null
            : call.Scalar(index) ?? call.Value(index).Device?.ToScalar()
                ?? throw call.Error("its bounds must be numbers");
    }

    /// <summary>Before opset 13 over all axes from the one that is named, from then on along that axis.</summary>
    static OnnxValue[] Softmax(NodeCall call, Func<Tensor, Tensor> softmax)
    {
        Tensor x = call.Tensor(0);
        int rank = x.Shape.Rank, axis = call.Axis(call.Node.Int("axis", call.Opset < 13 ? 1 : -1), rank);
        if (call.Opset < 13)
            return [softmax(x.Reshape(x.Shape.Product(0, axis), x.Shape.Product(axis, rank))).As(x.Shape)];
        int[] exchange = [.. Enumerable.Range(0, rank)];
        (exchange[axis], exchange[^1]) = (exchange[^1], exchange[axis]);
        return [softmax(x.Ordered(exchange)).Ordered(exchange)];
    }
}
