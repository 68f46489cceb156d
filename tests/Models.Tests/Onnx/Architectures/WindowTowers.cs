namespace TripletGpu.Models.Tests.Onnx.Architectures;

/// <summary>
/// Transformers that attend within windows, as PyTorch exports Swin and MaxViT: 16 patches in windows of four, a width
/// of 24, two heads.
/// </summary>
static class WindowTowers
{
    const int Width = 24, Heads = 2, Side = 4, Windows = 4, Tokens = 4;

    /// <summary>Windows rolled by one patch, a mask drawn as the graph runs: ScatterND, Equal, Where.</summary>
    public static byte[] Swin()
    {
        GraphBuilder g = new(13);
        string x = InWindows(g, Rolled(g, Rolled(g, Patches(g), 1), 2));
        string[] parts = Heads3(g, x);
        string scores = g.Node("MatMul", $"{parts[0]} {g.Order(parts[1], 0, 1, 3, 2)}");
        scores = g.Node("Add", $"{g.Reshape(scores, -1, Windows, Heads, Tokens, Tokens)} {Mask(g)}");
        string shares = g.Node("Softmax", g.Reshape(scores, -1, Heads, Tokens, Tokens), ("axis", -1));
        return Finish(g, x, g.Order(g.Node("MatMul", $"{shares} {parts[2]}"), 0, 2, 1, 3));
    }

    /// <summary>Scores and their use as Einsum, and a bias for each pair of places.</summary>
    public static byte[] MaxVit()
    {
        GraphBuilder g = new(13);
        string x = InWindows(g, Patches(g));
        string[] parts = Heads3(g, x);
        string scores = g.Node("Einsum", $"{parts[0]} {parts[1]}", ("equation", "b h i d, b h j d -> b h i j"));
        scores = g.Node("Add", $"{scores} {g.Weight(0.1, 0, Heads, Tokens, Tokens)}");
        string shares = g.Node("Softmax", scores, ("axis", -1));
        return Finish(
            g, x, g.Node("Einsum", $"{shares} {parts[2]}", ("equation", "b h i j, b h j d -> b i h d")));
    }

    static string Patches(GraphBuilder g) => g.Order(
        g.Node(
            "Conv", $"x {g.Weight(0.1, 0, Width, 3, 8, 8)} {g.Weight(0.1, 0, Width)}",
            ("kernel_shape", new long[] { 8, 8 }), ("strides", new long[] { 8, 8 })), 0, 2, 3, 1);

    static string Rolled(GraphBuilder g, string x, int axis)
    {
        string first = g.Node("Slice", $"{x} {g.Integers(0)} {g.Integers(1)} {g.Integers(axis)}");
        string rest = g.Node("Slice", $"{x} {g.Integers(1)} {g.Integers(Side)} {g.Integers(axis)}");
        return g.Node("Concat", $"{rest} {first}", ("axis", axis));
    }

    static string InWindows(GraphBuilder g, string x) =>
        g.Reshape(g.Order(g.Reshape(x, -1, 2, 2, 2, 2, Width), 0, 1, 3, 2, 4, 5), -1, Tokens, Width);

    /// <summary>Queries, keys and values: (images and windows, heads, tokens, width of a head).</summary>
    static string[] Heads3(GraphBuilder g, string x)
    {
        string qkv = g.Reshape(g.Dense(x, Width, 3 * Width), -1, Tokens, 3, Heads, Width / Heads);
        string[] parts = g.Nodes("Split", g.Order(qkv, 2, 0, 3, 1, 4), 3, ("axis", 0));
        return [.. parts.Select(part => g.Node("Squeeze", $"{part} {g.Integers(0)}"))];
    }

    /// <summary>-100 between patches that only the roll has made neighbours.</summary>
    static string Mask(GraphBuilder g)
    {
        string regions = g.Node("Expand", $"{g.Number(0)} {g.Integers(Side, Side)}");
        long[] row = [.. Enumerable.Range(0, Side).SelectMany(i => new long[] { Side - 1, i })];
        long[] column = [.. Enumerable.Range(0, Side).SelectMany(i => new long[] { i, Side - 1 })];
        foreach ((long[] places, int region) in new[] { (row, 1), (column, 2) })
        {
            string updates = g.Node("Expand", $"{g.Number(region)} {g.Integers(Side)}");
            regions = g.Node("ScatterND", $"{regions} {g.Reshape(g.Integers(places), Side, 2)} {updates}");
        }
        regions = g.Reshape(g.Order(g.Reshape(regions, 2, 2, 2, 2), 0, 2, 1, 3), Windows, Tokens);
        string difference = g.Node(
            "Sub", $"{g.Node("Unsqueeze", $"{regions} {g.Integers(1)}")}"
            + $" {g.Node("Unsqueeze", $"{regions} {g.Integers(2)}")}");
        string differs = g.Node("Not", g.Node("Equal", $"{difference} {g.Number(0)}"));
        string mask = g.Node("Where", $"{differs} {g.Number(-100)} {difference}");
        return g.Node("Unsqueeze", $"{mask} {g.Integers(0, 2)}");
    }

    static string AsRows(GraphBuilder g, string x) => g.Reshape(x, -1, Tokens, Width);

    static byte[] Finish(GraphBuilder g, string x, string attended)
    {
        x = g.Node("Add", $"{x} {g.Dense(AsRows(g, attended), Width, Width)}");
        return g.Finish(g.Gemm(g.Reshape(x, -1, Windows * Tokens * Width), Windows * Tokens * Width, 12));
    }
}
