using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Functions of each element, and softmax.</summary>
static class UnaryNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["Exp"] = call => [call.Tensor(0).Exp()],
        ["Log"] = call => [call.Tensor(0).Log()],
        ["Sqrt"] = call => [call.Tensor(0).Sqrt()],
        ["Tanh"] = call => [call.Tensor(0).Tanh()],
        ["Erf"] = call => [call.Tensor(0).Erf()],
        ["Neg"] = call => OfNumbers(call, x => x.Negate(), x => -x),
        ["Abs"] = call => OfNumbers(call, x => x.Abs(), Math.Abs),
        ["Sign"] = call => OfNumbers(call, x => x.Sign(), x => Math.Sign(x)),
        ["Reciprocal"] = call => [call.Tensor(0).Reciprocal()],
        ["Floor"] = call => OnHost(call, MathF.Floor),
        ["Ceil"] = call => OnHost(call, MathF.Ceiling),
        ["Round"] = call => OnHost(call, x => MathF.Round(x, MidpointRounding.ToEven)),
        ["Not"] = call => [HostMath.Map(call.Host(0), x => x == 0 ? 1 : 0)],
        ["Clip"] = IntegersAsFloats.Also(Clip),
        ["Softmax"] = call => Softmax(call, x => x.Softmax()),
        ["LogSoftmax"] = call => Softmax(call, x => x.LogSoftmax()),
    };

    static OnnxValue[] OfNumbers(NodeCall call, Func<Tensor, Tensor> onTensor, Func<long, long> onIntegers) =>
        [call.Value(0).IsInteger ? HostMath.Map(call.Host(0), onIntegers) : onTensor(call.Tensor(0))];

    /// <summary>Steps, which only occur where extents are computed: their gradient is 0.</summary>
    static OnnxValue[] OnHost(NodeCall call, Func<float, float> f) =>
        call.Value(0).Host is { FloatsOrNull: { } floats } x
        ? [new(OnnxTensor.Of("", x.Dims, Array.ConvertAll(floats, v => f(v))))]
        : throw call.Error("of the network's values it is not supported, only of constants");

    /// <summary>
    /// Bounds are attributes before opset 11 and inputs from then on. Without one the bound is the end of the range, so
    /// that infinities are clipped too. A bound that is NaN bounds nothing: no value compares with it.
    /// </summary>
    static OnnxValue[] Clip(NodeCall call)
    {
        Tensor y = call.Tensor(0);
        float? low = call.Opset < 11 ? Attribute("min") : Input(1),
            high = call.Opset < 11 ? Attribute("max") : Input(2);
        float least = low ?? float.MinValue, most = high ?? float.MaxValue;
        if (!float.IsNaN(least)) y = y.Maximum(least);
        if (!float.IsNaN(most)) y = y.Minimum(most);
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
