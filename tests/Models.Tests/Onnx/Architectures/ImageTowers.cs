namespace TripletGpu.Models.Tests.Onnx.Architectures;

/// <summary>Vision transformers, as DINOv2 and CLIP have them, with a width of 24, two heads and two blocks.</summary>
static class ImageTowers
{
    const int Width = 24, Heads = 2, Tokens = 17;

    /// <summary>Layer norms as nodes, qkv in one product, layer scales, Gelu by Erf, the class token.</summary>
    public static byte[] DinoV2()
    {
        GraphBuilder g = new(17);
        string x = Embedded(g);
        for (int block = 0; block < 2; block++)
        {
            string qkv = g.Dense(g.LayerNorm(x, Width), Width, 3 * Width);
            qkv = g.Reshape(qkv, 0, Tokens, 3, Heads, Width / Heads);
            qkv = g.Order(qkv, 2, 0, 3, 1, 4);
            string[] parts = [.. Enumerable.Range(0, 3).Select(i =>
                g.Node("Gather", $"{qkv} {Index(g, i)}", ("axis", 0)))];
            x = g.Node("Add", $"{x} {Scaled(g, g.Dense(Attention(g, parts), Width, Width))}");
            string y = g.Dense(g.LayerNorm(x, Width), Width, 2 * Width);
            string share = g.Node("Erf", g.Node("Div", $"{y} {g.Number(1.41421356f)}"));
            share = g.Node("Add", $"{share} {g.Number(1)}");
            y = g.Node("Mul", $"{g.Node("Mul", $"{y} {share}")} {g.Number(0.5f)}");
            x = g.Node("Add", $"{x} {Scaled(g, g.Dense(y, 2 * Width, Width))}");
        }
        return g.Finish(g.Node("Gather", $"{g.LayerNorm(x, Width)} {Index(g, 0)}", ("axis", 1)));
    }

    /// <summary>Layer norms taken apart, three products, quick Gelu, a projection; opset 14.</summary>
    public static byte[] Clip()
    {
        GraphBuilder g = new(14);
        string x = TakenApart(g, Embedded(g));
        for (int block = 0; block < 2; block++)
        {
            string y = TakenApart(g, x);
            string[] parts = [.. Enumerable.Range(0, 3).Select(_ =>
                g.Order(g.Reshape(g.Dense(y, Width, Width), 0, Tokens, Heads, Width / Heads), 0, 2, 1, 3))];
            x = g.Node("Add", $"{x} {g.Dense(Attention(g, parts), Width, Width)}");
            y = g.Dense(TakenApart(g, x), Width, 2 * Width);
            y = g.Node("Mul", $"{y} {g.Node("Sigmoid", g.Node("Mul", $"{y} {g.Number(1.702f)}"))}");
            x = g.Node("Add", $"{x} {g.Dense(y, 2 * Width, Width)}");
        }
        string token = g.Node("Gather", $"{x} {Index(g, 0)}", ("axis", 1));
        return g.Finish(g.Node("MatMul", $"{TakenApart(g, token)} {g.Weight(0.2, 0, Width, 12)}"));
    }

    /// <summary>Patches as tokens, a class token repeated for each image, and positions.</summary>
    static string Embedded(GraphBuilder g)
    {
        string patches = g.Node("Conv", $"x {g.Weight(0.1, 0, Width, 3, 8, 8)} {g.Weight(0.1, 0, Width)}",
            ("kernel_shape", new long[] { 8, 8 }), ("strides", new long[] { 8, 8 }));
        string x = g.Order(g.Reshape(patches, 0, Width, -1), 0, 2, 1);
        string images = g.Node("Gather", $"{g.Node("Shape", "x")} {g.Integers(0)}", ("axis", 0));
        string shape = g.Node("Concat", $"{images} {g.Integers(1, Width)}", ("axis", 0));
        string token = g.Node("Expand", $"{g.Weight(0.1, 0, 1, 1, Width)} {shape}");
        x = g.Node("Concat", $"{token} {x}", ("axis", 1));
        return g.Node("Add", $"{x} {g.Weight(0.1, 0, 1, Tokens, Width)}");
    }

    static string Attention(GraphBuilder g, string[] qkv)
    {
        string q = g.Node("Mul", $"{qkv[0]} {g.Number(1 / MathF.Sqrt(Width / Heads))}");
        string scores = g.Node("MatMul", $"{q} {g.Order(qkv[1], 0, 1, 3, 2)}");
        string y = g.Node("MatMul", $"{g.Node("Softmax", scores, ("axis", -1))} {qkv[2]}");
        return g.Reshape(g.Order(y, 0, 2, 1, 3), 0, Tokens, Width);
    }

    static string Scaled(GraphBuilder g, string x) => g.Node("Mul", $"{x} {g.Weight(0.1, 0.5, Width)}");

    static string TakenApart(GraphBuilder g, string x)
    {
        string difference = g.Node("Sub", $"{x} {Mean(x)}");
        string variance = Mean(g.Node("Pow", $"{difference} {g.Number(2)}"));
        string deviation = g.Node("Sqrt", g.Node("Add", $"{variance} {g.Number(1e-5f)}"));
        string y = g.Node("Mul", $"{g.Node("Div", $"{difference} {deviation}")} {g.Weight(0.1, 1, Width)}");
        return g.Node("Add", $"{y} {g.Weight(0.1, 0, Width)}");

        string Mean(string of) => g.Node("ReduceMean", of, ("axes", new long[] { -1 }), ("keepdims", 1));
    }

    /// <summary>One index without axes, which drops the axis.</summary>
    static string Index(GraphBuilder g, long value) => g.Node("Squeeze", $"{g.Integers(value)} {g.Integers(0)}");
}
