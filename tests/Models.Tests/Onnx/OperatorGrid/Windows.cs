using TripletGpu.Models.Onnx;

namespace TripletGpu.Models.Tests.Onnx.OperatorGrid;

/// <summary>Convolutions and poolings: sizes, strides, dilations, pads, groups, ceil mode.</summary>
static class Windows
{
    const int Convolutions = 450, FiltersAChannel = 90, Poolings = 900;

    static readonly long[][] globalShapes =
        [[2, 3, 5, 4], [1, 1, 1, 1], [0, 2, 3, 3], [2, 3, 7], [1, 2, 3, 2, 2], [2, 3, 0, 4]];

    public static IEnumerable<GridModel> Models()
    {
        GridValues values = new(2);
        for (int i = 0; i < Convolutions; i++) yield return Convolution(values);
        for (int i = 0; i < Poolings; i++) yield return Pool(values);
        foreach (string type in new[] { "GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool" })
            foreach (long[] shape in globalShapes)
                foreach (bool special in new[] { false, true })
                    foreach (int p in type == "GlobalLpPool" ? new[] { 1, 2, 3 } : [0])
                        yield return new GridModel(
                            type, type == "GlobalLpPool" ? 2 + 11 : 13, [values.Floats("x", shape, special)], 1,
                            p == 0 ? [] : [("p", p)]);
        GridValues others = new(7);
        for (int i = 0; i < FiltersAChannel; i++) yield return FilterAChannel(others);
    }

    static GridModel Convolution(GridValues values)
    {
        int axes = values.Next(1, 3), group = values.Pick(1, 1, 1, 2, 3), batch = values.Pick(1, 2, 2, 0);
        long each = values.Next(1, 4), filters = group * values.Next(1, 4);
        long[] kernel = Draw(axes, () => values.Next(1, 5));
        OnnxTensor x = values.Floats("x", [batch, group * each, .. Draw(axes, () => values.Next(1, 12))]);
        OnnxTensor w = values.Floats("w", [filters, each, .. kernel]);
        OnnxTensor?[] inputs = values.Flip() ? [x, w] : [x, w, values.Floats("b", [filters])];
        return new GridModel(
            "Conv", values.Pick(11, 22), inputs, 1, [("group", group), .. Window(values, axes, kernel, true)]);
    }

    /// <summary>A filter a channel, fewer channels than taps and more.</summary>
    static GridModel FilterAChannel(GridValues values)
    {
        int axes = values.Next(1, 3), channels = values.Next(2, 40);
        long[] kernel = Draw(axes, () => values.Next(1, 5));
        OnnxTensor x = values.Floats("x", [values.Pick(1, 2, 0), channels, .. Draw(axes, () => values.Next(1, 12))]);
        OnnxTensor w = values.Floats("w", [channels, 1, .. kernel]);
        OnnxTensor?[] inputs = values.Flip() ? [x, w] : [x, w, values.Floats("b", [channels])];
        return new GridModel(
            "Conv", values.Pick(11, 22), inputs, 1, [("group", channels), .. Window(values, axes, kernel, true)]);
    }

    static GridModel Pool(GridValues values)
    {
        string type = values.Pick("MaxPool", "AveragePool", "LpPool");
        int axes = values.Next(1, 4), opset = values.Pick(11, 19, 22);
        bool takesDilations = type == "MaxPool" || opset >= (type == "LpPool" ? 18 : 19);
        long[] kernel = Draw(axes, () => values.Next(1, 5));
        List<(string, object)> attributes = [.. Window(values, axes, kernel, takesDilations)];
        if (type == "LpPool") attributes.Add(("p", values.Pick(1, 2, 2, 3)));
        if (type == "AveragePool") attributes.Add(("count_include_pad", values.Next(2)));
        if (values.Flip() && (type != "LpPool" || opset >= 18)) attributes.Add(("ceil_mode", 1));
        OnnxTensor x = values.Floats(
            "x", [values.Pick(1L, 2, 0), values.Next(1, 3), .. Draw(axes, () => values.Next(1, 10))],
            withSpecial: values.Next(4) == 0);
        return new GridModel(type, opset, [x], 1, [.. attributes])
        {
            Outputs = type == "MaxPool" && values.Next(5) == 0 ? 2 : 1,
        };
    }

    static IEnumerable<(string, object)> Window(GridValues values, int axes, long[] kernel, bool dilations)
    {
        yield return ("kernel_shape", kernel);
        yield return ("strides", Draw(axes, () => values.Next(1, 4)));
        if (dilations && values.Next(3) == 0) yield return ("dilations", Draw(axes, () => values.Next(1, 4)));
        string mode = values.Pick("NOTSET", "NOTSET", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID");
        if (mode != "NOTSET") yield return ("auto_pad", mode);
        else if (values.Flip())
            yield return ("pads", Draw(2 * axes, 0, i => values.Next(0, (int)kernel[i % axes])));
    }

    static long[] Draw(int count, Func<int> draw) => Draw(count, 0, _ => draw());

    static long[] Draw(int count, int from, Func<int, int> draw) =>
        [.. Enumerable.Range(from, count).Select(i => (long)draw(i))];
}
