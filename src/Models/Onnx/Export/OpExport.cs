using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Functions;
using TripletGpu.Models.Onnx.Format;
using TripletGpu.Ops;
using AttributeType = TripletGpu.Models.Onnx.Format.AttributeProto.Types.AttributeType;

namespace TripletGpu.Models.Onnx.Export;

/// <summary>Our operations as ONNX nodes.</summary>
static class OpExport
{
    /// <summary>Adds the nodes of an operation.</summary>
    /// <returns>The name of its output.</returns>
    /// <exception cref="UserErrorException">There is no such node.</exception>
    public static string Write(OnnxExport to, Op op, string[] x, Shape input, Shape output) => op switch
    {
        Conv2d conv => Convolve(to, conv, x),
        DepthwiseConv2d conv => to.Node("Conv", x, [.. Moves(conv.Geometry), Int("group", input[1])]),
        Conv2dReluMaxPool fused => to.Node("MaxPool",
            [Relu(to, to.Node("Conv", x, Pads(fused.Padding, fused.Padding, fused.Padding, fused.Padding)), true)],
            Ints("kernel_shape", 2, 2), Ints("strides", 2, 2)),
        Ops.Linear => to.Node("Gemm", x, Int("transB", 1)),
        BatchNorm norm => NormalizeBatch(to, norm, x),
        LocalResponseNorm norm => to.Node("LRN", x,
            Int("size", norm.Size), Float("alpha", norm.Alpha), Float("beta", norm.Beta), Float("bias", norm.K)),
        MaxPool2d pool =>
            to.Node("MaxPool", x, [.. Window(pool.Window), Int("ceil_mode", pool.Window.CeilMode ? 1 : 0)]),
        AveragePool2d pool => to.Node("AveragePool", x,
            [
                .. Window(pool.Window), Int("ceil_mode", pool.Window.CeilMode ? 1 : 0),
                Int("count_include_pad", pool.CountPadding ? 1 : 0),
            ]),
        L2Pool2d { Window.CeilMode: false } pool => to.Node("LpPool", x, [.. Window(pool.Window), Int("p", 2)]),
        GlobalAveragePool => to.Node("Flatten", [to.Node("GlobalAveragePool", x)]),
        L2Normalize norm => Normalize(to, norm, x[0]),
        Concat concat => to.Node("Concat", x, Int("axis", concat.Axis)),
        Binary<Add> => to.Node("Add", x),
        Binary<Multiply> => to.Node("Mul", x),
        Slice slice => Cut(to, slice, x[0]),
        Binary<PRelu> => to.Node("PRelu", x),
        Unary<Relu> => to.Node("Relu", x),
        Reshape when output.Rank == 2 && output[0] == input[0] => to.Node("Flatten", x),
        _ => throw new UserErrorException($"the operation {op.Name} cannot be written as ONNX"),
    };

    static AttributeProto[] Moves(ConvolutionGeometry g) =>
    [
        Ints("strides", g.StrideH, g.StrideW), Ints("dilations", g.DilationH, g.DilationW),
        Pads(g.PaddingTop, g.PaddingLeft, g.PaddingBottom, g.PaddingRight),
    ];

    static string Convolve(OnnxExport to, Conv2d conv, string[] x)
    {
        string y = to.Node("Conv", x[..(conv.HasBias ? 3 : 2)], Moves(conv.Geometry));
        if (conv.HasResidual) y = to.Node("Add", [y, x[^1]]);
        return Relu(to, y, conv.Relu);
    }

    static string NormalizeBatch(OnnxExport to, BatchNorm norm, string[] x)
    {
        string y = to.Node("BatchNormalization", x[..5],
            Float("epsilon", norm.Epsilon), Float("momentum", 1 - norm.Momentum));
        if (norm is BatchNormRelu { HasResidual: true }) y = to.Node("Add", [y, x[5]]);
        return Relu(to, y, norm is BatchNormRelu);
    }

    static string Cut(OnnxExport to, Slice slice, string x)
    {
        long end = slice.Start + (long)slice.Length * slice.Step;
        // Going backwards, -1 would be the last element: what lies before the first is any smaller number.
        if (end < 0) end = long.MinValue;
        return to.Node("Slice",
        [
            x, Number(slice.Start), Number(end), Number(slice.Axis), Number(slice.Step),
        ]);

        string Number(long value) => to.Constant($"number{value}", value);
    }

    static string Relu(OnnxExport to, string x, bool isThere) => isThere ? to.Node("Relu", [x]) : x;

    static string Normalize(OnnxExport to, L2Normalize norm, string x)
    {
        string length = to.Node("ReduceL2", [x], Ints("axes", 1), Int("keepdims", 1));
        return to.Node("Div", [x, to.Node("Clip", [length, to.Constant("epsilon", norm.Epsilon)])]);
    }

    static AttributeProto[] Window(PoolingWindow w) =>
    [
        Ints("kernel_shape", w.Height, w.Width), Ints("strides", w.StrideH, w.StrideW),
        Pads(w.Top, w.Left, w.Bottom, w.Right),
    ];

    static AttributeProto Pads(int top, int left, int bottom, int right) => Ints("pads", top, left, bottom, right);

    static AttributeProto Ints(string name, params long[] values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }

    static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    static AttributeProto Float(string name, float value) =>
        new() { Name = name, Type = AttributeType.Float, F = value };
}
