namespace TripletGpu.Models.Tests.Onnx.Architectures;

/// <summary>Convolutional networks of images, with fewer channels and blocks.</summary>
static class ImageNetworks
{
    public static byte[] MobileNetV2() => Inverted(new GraphBuilder(10), (g, x) => g.Relu6(x), null);

    /// <summary>Hard swish and a gate of hard sigmoids.</summary>
    public static byte[] MobileNetV3() => Inverted(
        new GraphBuilder(14), (g, x) => g.Node("HardSwish", x),
        (g, x) => g.Node("HardSigmoid", x, ("alpha", 1f / 6), ("beta", 0.5f)));

    public static byte[] EfficientNetLite() => Inverted(new GraphBuilder(12), (g, x) => g.Relu6(x), null, kernel: 5);

    public static byte[] EfficientNet() => Inverted(
        new GraphBuilder(13), (g, x) => g.Node("Mul", $"{x} {g.Node("Sigmoid", x)}"), (g, x) => g.Node("Sigmoid", x));

    /// <summary>Channel shuffle: Split, Reshape, Transpose.</summary>
    public static byte[] ShuffleNet()
    {
        GraphBuilder g = new(13);
        string x = g.Node("Relu", g.Norm(g.Conv("x", 3, 16, 3, 2), 16));
        for (int block = 0; block < 2; block++)
        {
            string[] halves = g.Nodes("Split", $"{x} {g.Integers(8, 8)}", 2, ("axis", 1));
            string y = g.Node("Relu", g.Norm(g.Conv(halves[1], 8, 8, 1), 8));
            y = g.Node("Relu", g.Norm(g.Conv(g.Norm(g.Conv(y, 8, 8, 3, 1, 8), 8), 8, 8, 1), 8));
            x = g.Reshape(g.Node("Concat", $"{halves[0]} {y}", ("axis", 1)), 0, 2, 8, 16, 16);
            x = g.Reshape(g.Order(x, 0, 2, 1, 3, 4), 0, 16, 16, 16);
        }
        return g.Finish(g.Gemm(g.Node("Flatten", g.Node("GlobalAveragePool", x)), 16, 12));
    }

    public static byte[] DenseNet()
    {
        GraphBuilder g = new(9);
        string x = g.Conv("x", 3, 8, 3, 2);
        int channels = 8;
        for (int layer = 0; layer < 3; layer++, channels += 4)
        {
            string y = g.Conv(g.Node("Relu", g.Norm(x, channels)), channels, 8, 1);
            y = g.Conv(g.Node("Relu", g.Norm(y, 8)), 8, 4, 3);
            x = g.Node("Concat", $"{x} {y}", ("axis", 1));
        }
        x = g.Conv(g.Node("Relu", g.Norm(x, channels)), channels, 10, 1);
        x = g.Node("AveragePool", x, ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
        return g.Finish(g.Gemm(g.Node("Flatten", x), 640, 12));
    }

    /// <summary>Cardinality 4: grouped convolutions.</summary>
    public static byte[] ResNext()
    {
        GraphBuilder g = new(13);
        string x = g.Node("Relu", g.Norm(g.Conv("x", 3, 16, 3, 2), 16));
        string y = g.Node("Relu", g.Norm(g.Conv(x, 16, 16, 1), 16));
        y = g.Node("Relu", g.Norm(g.Conv(y, 16, 16, 3, 2, 4), 16));
        y = g.Norm(g.Conv(y, 16, 32, 1), 32);
        x = g.Node("Relu", g.Node("Add", $"{y} {g.Norm(g.Conv(x, 16, 32, 1, 2), 32)}"));
        return g.Finish(g.Gemm(g.Node("Flatten", g.Node("GlobalAveragePool", x)), 32, 12));
    }

    /// <summary>Depthwise 7 x 7, layer norms over channels last, Gelu.</summary>
    public static byte[] ConvNext()
    {
        GraphBuilder g = new(20, irVersion: 9);
        string x = g.Node("Conv", $"x {g.Weight(0.2, 0, 12, 3, 4, 4)} {g.Weight(0.1, 0, 12)}",
            ("kernel_shape", new long[] { 4, 4 }), ("strides", new long[] { 4, 4 }));
        for (int block = 0; block < 2; block++)
        {
            string y = g.LayerNorm(g.Order(g.Conv(x, 12, 12, 7, 1, 12, bias: true), 0, 2, 3, 1), 12);
            y = g.Dense(g.Node("Gelu", g.Dense(y, 12, 24)), 24, 12);
            y = g.Node("Mul", $"{y} {g.Weight(0.1, 0.5, 12)}");
            x = g.Node("Add", $"{x} {g.Order(y, 0, 3, 1, 2)}");
        }
        x = g.Node("ReduceMean", $"{x} {g.Integers(2, 3)}", ("keepdims", 0));
        return g.Finish(g.Gemm(g.LayerNorm(x, 12), 12, 12));
    }

    static byte[] Inverted(
        GraphBuilder g, Func<GraphBuilder, string, string> activation, Func<GraphBuilder, string, string>? gate,
        int kernel = 3)
    {
        string x = activation(g, g.Norm(g.Conv("x", 3, 8, 3, 2), 8));
        foreach (int stride in new[] { 1, 2 })
        {
            string y = activation(g, g.Norm(g.Conv(x, 8, 24, 1), 24));
            y = activation(g, g.Norm(g.Conv(y, 24, 24, kernel, stride, 24), 24));
            if (gate is not null)
            {
                string s = g.Node("Relu", g.Conv(g.Node("GlobalAveragePool", y), 24, 6, 1, bias: true));
                y = g.Node("Mul", $"{y} {gate(g, g.Conv(s, 6, 24, 1, bias: true))}");
            }
            y = g.Norm(g.Conv(y, 24, 8, 1), 8);
            x = stride == 1 ? g.Node("Add", $"{x} {y}") : y;
        }
        x = g.Node("GlobalAveragePool", activation(g, g.Norm(g.Conv(x, 8, 32, 1), 32)));
        return g.Finish(g.Gemm(g.Node("Flatten", x), 32, 16));
    }
}
