namespace TripletGpu.Models.Tests.Onnx.Architectures;

/// <summary>
/// Face networks as their papers have them, with fewer channels and blocks, in the ways they are exported.
/// </summary>
static class FaceNetworks
{
    /// <summary>ArcFace's improved ResNet as MXNet writes it for the ONNX zoo: opset 8, IR 3, spatial = 0.</summary>
    public static byte[] ArcFace()
    {
        GraphBuilder g = new(8, irVersion: 3);
        string x = g.Node("Mul", $"{g.Node("Sub", $"x {g.Number(0.5f)}")} {g.Number(2)}");
        x = g.PRelu(g.Norm(g.Conv(x, 3, 8, 3), 8, ("spatial", 1)), 8);
        int from = 8;
        foreach (int to in new[] { 8, 16, 32 })
        {
            string y = g.PRelu(g.Norm(g.Conv(g.Norm(x, from), from, to, 3), to), to);
            y = g.Norm(g.Conv(y, to, to, 3, stride: 2), to);
            x = g.Node("Add", $"{y} {g.Norm(g.Conv(x, from, to, 1, stride: 2), to)}");
            from = to;
        }
        x = g.Node("Dropout", g.Norm(x, from), ("ratio", 0.4f));
        x = g.Gemm(g.Node("Flatten", x), from * 16, 24);
        return g.Finish(g.Norm(x, 24, ("spatial", 0)));
    }

    /// <summary>The same block with opset 22 and squeeze-and-excitation, as AdaFace and IR-SE have it.</summary>
    public static byte[] AdaFace()
    {
        GraphBuilder g = new(22, irVersion: 10);
        string x = g.PRelu(g.Norm(g.Conv("x", 3, 8, 3), 8), 8);
        string y = g.PRelu(g.Norm(g.Conv(g.Norm(x, 8), 8, 16, 3), 16), 16);
        y = g.Norm(g.Conv(y, 16, 16, 3, stride: 2), 16);
        string gate = g.Node("Relu", g.Conv(g.Node("GlobalAveragePool", y), 16, 4, 1));
        y = g.Node("Mul", $"{y} {g.Node("Sigmoid", g.Conv(gate, 4, 16, 1))}");
        x = g.Node("Add", $"{y} {g.Norm(g.Conv(x, 8, 16, 1, stride: 2), 16)}");
        x = g.Gemm(g.Node("Flatten", g.Norm(x, 16)), 16 * 256, 16);
        x = g.Norm(x, 16);
        string length = g.Node("ReduceL2", $"{x} {g.Integers(1)}", ("keepdims", 1));
        return g.Finish(g.Node("Div", $"{x} {length}"));
    }

    /// <summary>
    /// MobileFaceNet: inverted bottlenecks with PRelu, a depthwise convolution instead of global pooling.
    /// </summary>
    public static byte[] MobileFaceNet()
    {
        GraphBuilder g = new(11);
        string x = Unit("x", 3, 8, 3, 2, 1);
        x = Unit(x, 8, 8, 3, 1, 8);
        foreach (int stride in new[] { 2, 1 })
        {
            string y = Unit(Unit(x, 8, 16, 1, 1, 1), 16, 16, 3, stride, 16);
            y = g.Norm(g.Conv(y, 16, 8, 1), 8);
            x = stride == 1 ? g.Node("Add", $"{x} {y}") : y;
        }
        x = Unit(x, 8, 32, 1, 1, 1);
        x = g.Node(
            "Conv", $"{x} {g.Weight(0.15, 0, 32, 1, 8, 8)}", ("kernel_shape", new long[] { 8, 8 }), ("group", 32));
        x = g.Norm(g.Conv(g.Norm(x, 32), 32, 16, 1), 16);
        return g.Finish(g.Reshape(x, -1, 16));

        string Unit(string input, int from, int to, int kernel, int stride, int groups) =>
            g.PRelu(g.Norm(g.Conv(input, from, to, kernel, stride, groups), to), to);
    }

    /// <summary>SphereFace20: convolutions with biases and PRelu, residuals, no batch norm.</summary>
    public static byte[] SphereFace()
    {
        GraphBuilder g = new(9);
        string x = "x";
        int from = 3;
        foreach (int to in new[] { 8, 16, 24 })
        {
            x = g.PRelu(g.Conv(x, from, to, 3, 2, bias: true), to);
            string y = g.PRelu(g.Conv(x, to, to, 3, bias: true), to);
            y = g.PRelu(g.Conv(y, to, to, 3, bias: true), to);
            x = g.Node("Add", $"{x} {g.Node("Mul", $"{y} {g.Number(0.3f)}")}");
            from = to;
        }
        return g.Finish(g.Gemm(g.Node("Flatten", x), 24 * 16, 16));
    }

    /// <summary>
    /// FaceNet's Inception-ResNet as tf2onnx writes it: NHWC outside, Pad nodes, branches joined, scaled residuals, the
    /// embedding normalised by its squares.
    /// </summary>
    public static byte[] FaceNet()
    {
        GraphBuilder g = new(13);
        string x = g.Order(g.Order("x", 0, 2, 3, 1), 0, 3, 1, 2);
        x = g.Node("Pad", $"{x} {g.Integers(0, 0, 0, 0, 0, 0, 1, 1)} {g.Number(0)}", ("mode", "constant"));
        x = g.Node("Relu", g.Norm(g.Conv(x, 3, 8, 3, 2), 8));
        x = g.Node("MaxPool", x, ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }),
            ("auto_pad", "SAME_UPPER"));
        for (int block = 0; block < 2; block++)
        {
            string a = Unit(x, 8, 4, 1), b = Unit(Unit(x, 8, 4, 1), 4, 4, 3);
            string joined = g.Node("Concat", $"{a} {b}", ("axis", 1));
            string up = g.Node("Mul", $"{g.Conv(joined, 8, 8, 1, bias: true)} {g.Number(0.17f)}");
            x = g.Node("Relu", g.Node("Add", $"{x} {up}"));
        }
        x = g.Node("ReduceMean", x, ("axes", new long[] { 2, 3 }), ("keepdims", 1));
        x = g.Node("Squeeze", $"{x} {g.Integers(2, 3)}");
        x = g.Norm(g.Node("MatMul", $"{x} {g.Weight(0.35, 0, 8, 16)}"), 16);
        string squares = g.Node("ReduceSum", $"{g.Node("Mul", $"{x} {x}")} {g.Integers(1)}", ("keepdims", 1));
        string root = g.Node("Sqrt", g.Node("Max", $"{squares} {g.Number(1e-10f)}"));
        return g.Finish(g.Node("Mul", $"{x} {g.Node("Reciprocal", root)}"));

        string Unit(string input, int from, int to, int kernel) =>
            g.Node("Relu", g.Norm(g.Conv(input, from, to, kernel), to));
    }
}
