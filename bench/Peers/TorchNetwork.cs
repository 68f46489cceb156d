using TripletGpu.Backends;
using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;
using Parameter = TorchSharp.Modules.Parameter;
using Torch = TorchSharp.torch.Tensor;

namespace TripletGpu.Bench.Peers;

/// <summary>
/// A network in LibTorch, operation by operation, with our weights: channels last, and in inference with batch norms
/// folded into the convolutions before them, sums and ReLUs in place, and every value given up after its last reader.
/// </summary>
sealed class TorchNetwork : IDisposable
{
    readonly List<OpTrace.Node> nodes = [];
    readonly Dictionary<int, Torch> constants = [];
    readonly Dictionary<int, int> lastReader = [];
    readonly bool trains;

    /// <param name="trace">The operations.</param>
    /// <param name="trains">Whether gradients will be asked for.</param>
    public TorchNetwork(OpTrace trace, bool trains)
    {
        this.trains = trains;
        foreach ((int number, OpTrace.Constant constant) in trace.Constants)
            constants[number] = trains && constant.IsTrained
                ? new Parameter(Of(constant.Shape, constant.Values)) : Of(constant.Shape, constant.Values);
        foreach (OpTrace.Node node in trace.Nodes)
            if (trains || !Folds(trace, node)) nodes.Add(node);
        for (int i = 0; i < nodes.Count; i++)
            foreach (int input in nodes[i].Inputs) lastReader[input] = i;
    }

    /// <summary>What training changes.</summary>
    public IEnumerable<Parameter> Parameters => constants.Values.OfType<Parameter>();

    /// <summary>A tensor with its values; four axes with the channels last in memory.</summary>
    public static Torch Of(Shape shape, float[] values)
    {
        Torch rows = tensor(values, Array.ConvertAll(shape.ToArray(), extent => (long)extent));
        return shape.Rank == 4 ? rows.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : rows;
    }

    /// <summary>The network's result.</summary>
    public Torch Forward(Torch x)
    {
        Dictionary<int, Torch> values = new(constants) { [0] = x };
        for (int i = 0; i < nodes.Count; i++)
        {
            (Autograd.Op op, int[] inputs, int output) = nodes[i];
            Torch[] operands = Array.ConvertAll(inputs, input => values[input]);
            bool isLast = inputs[0] != 0 && lastReader[inputs[0]] == i && !constants.ContainsKey(inputs[0]);
            Torch y = values[output] = Apply(op, operands, mayOverwrite: isLast && !trains);
            foreach (int input in inputs.Distinct())
                if (input != 0 && lastReader[input] == i && !constants.ContainsKey(input)
                    && !ReferenceEquals(values[input], y)) values[input].Dispose();
        }
        return values[nodes[^1].Output];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (Torch constant in constants.Values) constant.Dispose();
    }

    /// <summary>Puts a batch norm into the convolution before it, where nothing else reads that.</summary>
    bool Folds(OpTrace trace, OpTrace.Node node)
    {
        int at = nodes.FindLastIndex(n => n.Output == node.Inputs[0]);
        if (node.Op is not BatchNorm { IsFrozen: true } norm || at < 0 || trace.Reads(node.Inputs[0]) > 1
            || nodes[at].Op is not Conv2d { HasResidual: false, Clip.IsNone: true } convolution) return false;
        Torch[] n = Array.ConvertAll(node.Inputs[1..5], input => constants[input]);
        Torch scale = n[0] / (n[3] + norm.Epsilon).sqrt();
        int[] from = nodes[at].Inputs;
        Torch shift = convolution.HasBias ? constants[from[2]] - n[2] : -n[2];
        constants[from[1]] = constants[from[1]] * scale.reshape(-1, 1, 1, 1);
        int bias = constants.Keys.Max() + trace.Nodes.Count + 1;
        constants[bias] = shift * scale + n[1];
        int[] shortcut = node.Inputs[5..];
        nodes.RemoveAt(at);
        nodes.Add(new(
            convolution with
            {
                HasBias = true,
                HasResidual = shortcut.Length > 0,
                Clip = ClipRange.ReluIf(norm is BatchNormRelu),
            },
            [from[0], from[1], bias, .. shortcut], node.Output));
        return true;
    }

    Torch Apply(Autograd.Op op, Torch[] x, bool mayOverwrite) => op switch
    {
        Conv2d c => Convolve(c, x),
        Conv2dReluMaxPool c =>
            F.max_pool2d(F.conv2d(x[0], x[1], x[2], padding: [c.Padding, c.Padding]).relu_(), [2, 2], [2, 2]),
        Linear => F.linear(x[0], x[1], x.Length > 2 ? x[2] : null),
        BatchNorm b => Normalize(b, x),
        LocalResponseNorm l => F.local_response_norm(x[0], l.Size, l.Alpha, l.Beta, l.K),
        MaxPool2d { Window: var w } => F.max_pool2d(x[0], Window(w), Strides(w), Padding(w), null, w.CeilMode),
        AveragePool2d { Window: var w } p =>
            F.avg_pool2d(x[0], Window(w), Strides(w), Padding(w), w.CeilMode, p.CountPadding),
        L2Pool2d { Window: var w } => Root(
            F.avg_pool2d(x[0].square(), Window(w), Strides(w), Padding(w), w.CeilMode, true, divisor_override: 1)),
        GlobalAveragePool => x[0].mean([2, 3]),
        L2Normalize l => F.normalize(x[0], 2, 1, l.Epsilon),
        Concat c => cat(x, c.Axis),
        Dropout d => F.dropout(x[0], d.Mask.Rate, training: true),
        Binary<Add> => mayOverwrite ? x[0].add_(x[1]) : x[0] + x[1],
        Unary<Relu> => mayOverwrite ? x[0].relu_() : x[0].relu(),
        Reshape => x[0].flatten(1),
        _ => throw new NotSupportedException($"{op.Name} has no twin in LibTorch"),
    };

    static Torch Convolve(Conv2d c, Torch[] x)
    {
        ConvolutionGeometry g = c.Geometry;
        if (g.PaddingTop != g.PaddingBottom || g.PaddingLeft != g.PaddingRight)
            throw new NotSupportedException("LibTorch pads both sides alike");
        Torch y = F.conv2d(
            x[0], x[1], c.HasBias ? x[2] : null, [g.StrideH, g.StrideW], [g.PaddingTop, g.PaddingLeft],
            [g.DilationH, g.DilationW]);
        return Relu(c.HasResidual ? y.add_(x[^1]) : y, c.Relu);
    }

    /// <summary>A sixth operand is a shortcut, which is added before the ReLU.</summary>
    static Torch Normalize(BatchNorm b, Torch[] x)
    {
        Torch y = F.batch_norm(x[0], x[3], x[4], x[1], x[2], !b.IsFrozen, b.Momentum, b.Epsilon);
        return Relu(x.Length > 5 ? y.add_(x[5]) : y, b is BatchNormRelu);
    }

    static Torch Relu(Torch x, bool isThere) => isThere ? x.relu_() : x;

    /// <summary>Where a gradient will pass a window of zeros, it must not become infinite.</summary>
    Torch Root(Torch sums) => trains ? sums.add_(1e-20).sqrt() : sums.sqrt_();

    static long[] Window(PoolingWindow w) => [w.Height, w.Width];

    static long[] Strides(PoolingWindow w) => [w.StrideH, w.StrideW];

    static long[] Padding(PoolingWindow w) => w.Top == w.Bottom && w.Left == w.Right
        ? [w.Top, w.Left] : throw new NotSupportedException("LibTorch pads both sides alike");
}
