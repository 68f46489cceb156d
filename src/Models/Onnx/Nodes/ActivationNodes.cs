using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>
/// Activations: one operation of the engine, or composed of a few, so that each has its gradient on every device.
/// </summary>
static class ActivationNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["Relu"] = call => [call.Tensor(0).Relu()],
        ["LeakyRelu"] = LeakyRelu,
        ["PRelu"] = PRelu,
        ["ThresholdedRelu"] = ThresholdedRelu,
        ["Elu"] = call => [Elu(call.Tensor(0), call.Node.Float("alpha", 1), 1)],
        ["Celu"] = call =>
            [Elu(call.Tensor(0), call.Node.Float("alpha", 1), 1 / call.Node.Float("alpha", 1))],
        ["Selu"] = call =>
        [
            Elu(call.Tensor(0), call.Node.Float("alpha", 1.67326319f), 1).Scale(call.Node.Float("gamma", 1.05070102f)),
        ],
        ["Sigmoid"] = call => [call.Tensor(0).Sigmoid()],
        ["HardSigmoid"] = call =>
            [HardSigmoid(call.Tensor(0), call.Node.Float("alpha", 0.2f), call.Node.Float("beta", 0.5f))],
        ["HardSwish"] = call => [call.Tensor(0).HardSwish()],
        ["Swish"] = call => [Swish(call.Tensor(0), call.Node.Float("alpha", 1))],
        ["Mish"] = call => [call.Tensor(0).Multiply(Softplus(call.Tensor(0)).Tanh())],
        ["Softplus"] = call => [Softplus(call.Tensor(0))],
        ["Softsign"] = call => [call.Tensor(0).Divide(call.Tensor(0).Abs().Affine(1, 1))],
        ["Gelu"] = Gelu,
    };

    static OnnxValue[] LeakyRelu(NodeCall call) =>
        [call.Tensor(0).PRelu(Constant(call, call.Node.Float("alpha", 0.01f)))];

    /// <summary>
    /// A slope that broadcasts to x. A list of one a channel, as old exporters of MXNet write it, is none: it would be
    /// one a column.
    /// </summary>
    static OnnxValue[] PRelu(NodeCall call)
    {
        long[] x = call.Value(0).Dims, slope = call.Value(1).Dims;
        int rank = x.Length;
        bool fits = slope.Length <= rank
            && slope.Reverse().Zip(x.Reverse()).All(pair => pair.First == 1 || pair.First == pair.Second);
        if (fits) return [call.Tensor(0).PRelu(call.Tensor(1))];
        string hint = rank > 2 && slope is [var channels] && channels == x[1]
            ? $"; one slope a channel is ({channels}{string.Concat(Enumerable.Repeat(", 1", rank - 2))})"
            : "";
        throw call.Error(
            $"a slope of ({string.Join(", ", slope)}) does not broadcast to ({string.Join(", ", x)}){hint}");
    }

    /// <summary>x where it is above alpha, elsewhere 0: x times the sign of what is left of the difference.</summary>
    static OnnxValue[] ThresholdedRelu(NodeCall call)
    {
        float alpha = call.Node.Float("alpha", 1);
        Tensor x = call.Tensor(0);
        return [x.Maximum(alpha).Multiply(x.Affine(1, -alpha).Relu().Sign())];
    }

    /// <summary>x above 0, alpha (e^(x rate) - 1) below; the other half is held at 0 there.</summary>
    static Tensor Elu(Tensor x, float alpha, float rate) =>
        x.Relu().Add(x.Minimum(0).Scale(rate).Exp().Affine(alpha, -alpha));

    static Tensor Swish(Tensor x, float rate) => rate == 1 ? x.Silu() : x.Multiply(x.Scale(rate).Sigmoid());

    static Tensor HardSigmoid(Tensor x, float slope, float shift) => x.Affine(slope, shift).Clip(0, 1);

    /// <summary>ln(1 + e^x) as max(x, 0) + ln(1 + e^-|x|): nothing overflows.</summary>
    static Tensor Softplus(Tensor x) => x.Relu().Add(x.Abs().Negate().Exp().Affine(1, 1).Log());

    static OnnxValue[] Gelu(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        string approximation = call.Node.Text("approximate", "none");
        if (approximation == "none") return [x.Gelu()];
        if (approximation != "tanh")
            throw call.Error($"the approximation {approximation} is not supported, only none and tanh");
        Tensor share = x.Multiply(x.Square().Affine(0.044715f, 1)).Scale(MathF.Sqrt(2 / MathF.PI)).Tanh();
        return [x.Multiply(share.Affine(0.5f, 0.5f))];
    }

    static Tensor Constant(NodeCall call, float value) => call.Device.Tensor(Shape.Scalar, [value]);
}
