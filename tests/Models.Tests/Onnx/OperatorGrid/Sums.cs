using TripletGpu.Models.Onnx;

namespace TripletGpu.Models.Tests.Onnx.OperatorGrid;

/// <summary>Products, reductions and normalisations.</summary>
static class Sums
{
    static readonly string[] reductions =
    [
        "ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum",
        "ReduceLogSumExp", "ReduceSumSquare",
    ];

    public static IEnumerable<GridModel> Models()
    {
        GridValues values = new(3);
        return [.. Products(values), .. Reductions(values), .. Norms(values)];
    }

    static IEnumerable<GridModel> Products(GridValues values)
    {
        foreach ((int m, int k, int n) in new[] { (2, 3, 4), (1, 1, 1), (5, 0, 2), (0, 3, 2), (3, 2, 0), (7, 16, 9) })
            for (int flags = 0; flags < 4; flags++)
                foreach (float beta in new[] { 1, 0, 0.5f })
                    foreach (long[]? c in new long[]?[] { null, [n], [m, n], [1], [m, 1], [] })
                    {
                        bool ta = (flags & 1) != 0, tb = (flags & 2) != 0;
                        OnnxTensor a = values.Floats("a", ta ? [k, m] : [m, k]);
                        OnnxTensor b = values.Floats("b", tb ? [n, k] : [k, n]);
                        OnnxTensor? bias = c is null ? null : values.Floats("c", c, withSpecial: beta == 0);
                        yield return new GridModel(
                            "Gemm", 13, bias is null ? [a, b] : [a, b, bias], values.Pick(1, 3), ("transA", ta ? 1 : 0),
                            ("transB", tb ? 1 : 0), ("alpha", values.Pick(1f, 0.5f)), ("beta", beta));
                    }
        (long[] A, long[] B)[] pairs =
        [
            ([2, 3], [3, 4]), ([3], [3]), ([3], [3, 4]), ([2, 3], [3]), ([2, 2, 3], [2, 3, 4]), ([2, 2, 3], [3, 4]),
            ([2, 3], [5, 3, 4]), ([2, 1, 2, 3], [3, 3, 4]), ([0, 3], [3, 4]), ([2, 0], [0, 4]), ([2, 3, 0], [2, 0, 5]),
            ([0, 2, 3], [3, 4]), ([4, 3], [2, 3, 1]), ([5, 2, 3], [3]),
        ];
        foreach ((long[] a, long[] b) in pairs)
            foreach (bool special in new[] { false, true })
                yield return new GridModel(
                    "MatMul", 13, [values.Floats("a", a, special), values.Floats("b", b)], values.Pick(1, 2));
    }

    static IEnumerable<GridModel> Reductions(GridValues values)
    {
        (long[] Shape, long[]? Axes)[] cases =
        [
            ([2, 3, 4], null), ([2, 3, 4], [1]), ([2, 3, 4], [-1]), ([2, 3, 4], [0, 2]), ([2, 3, 4], [2, 0, 1]),
            ([5], [0]), ([], null), ([2, 0, 3], [1]), ([2, 0, 3], [0]), ([0], null), ([2, 3, 1, 4], [-2, -3]),
            ([2, 3], []), ([2, 3, 2, 2], [1, 2, 3]),
        ];
        foreach (string type in reductions)
            foreach ((long[] shape, long[]? axes) in cases)
                foreach (int kept in new[] { 0, 1 })
                    foreach (int opset in new[] { 11, 18 })
                    {
                        bool isInput = opset >= (type == "ReduceSum" ? 13 : 18);
                        int noop = isInput && axes is { Length: 0 } ? kept : 0;
                        OnnxTensor x = values.Floats(
                            "x", shape, withSpecial: values.Next(3) == 0,
                            positive: type is "ReduceLogSum" && values.Flip());
                        List<(string, object)> attributes = [("keepdims", kept)];
                        if (noop != 0) attributes.Add(("noop_with_empty_axes", 1));
                        if (!isInput && axes is { Length: > 0 }) attributes.Add(("axes", axes));
                        OnnxTensor?[] inputs = isInput && axes is not null
                            ? [x, GridValues.Integers("axes", axes)] : [x];
                        yield return new GridModel(type, opset, inputs, 1, [.. attributes]);
                    }
    }

    static IEnumerable<GridModel> Norms(GridValues values)
    {
        long[][] shapes = [[2, 3, 4, 5], [1, 4, 3, 3], [3, 2, 5], [2, 6, 2, 2, 2], [0, 3, 2, 2]];
        foreach (long[] shape in shapes)
            foreach (bool special in new[] { false, true })
            {
                long c = shape[1];
                OnnxTensor x = values.Floats("x", shape, special);
                OnnxTensor s = values.Floats("s", [c]), b = values.Floats("b", [c]);
                OnnxTensor mean = values.Floats("m", [c]), variance = values.Floats("v", [c], positive: true);
                yield return new GridModel("BatchNormalization", 15, [x, s, b, mean, variance], 1, ("epsilon", 1e-3f));
                yield return new GridModel("BatchNormalization", 8, [x, s, b, mean, variance], 1);
                if (x.Dims[0] > 0 && !special)
                    foreach (int opset in new[] { 9, 13 })
                        yield return new GridModel("BatchNormalization", opset, [x, s, b, mean, variance], 1)
                        {
                            Outputs = 3,
                            Unread = 2,
                        };
                yield return new GridModel("InstanceNormalization", 22, [x, s, b], 1, ("epsilon", 1e-2f));
                yield return new GridModel("GroupNormalization", 21, [x, s, b], 1, ("num_groups", (int)c));
                for (int size = 1; size <= 6; size++)
                    yield return new GridModel(
                        "LRN", 13, [x], 1, ("size", size), ("alpha", 0.5f), ("beta", 0.6f), ("bias", 2f));
                for (int axis = -shape.Length; axis < shape.Length; axis++)
                {
                    foreach (int p in new[] { 1, 2 })
                        yield return new GridModel("LpNormalization", 22, [x], 1, ("axis", axis), ("p", p));
                    long[] rest = shape[(axis < 0 ? axis + shape.Length : axis)..];
                    yield return new GridModel(
                        "LayerNormalization", 17, [x, values.Floats("s", rest), values.Floats("b", rest)], 1,
                        ("axis", axis));
                    yield return new GridModel(
                        "RMSNormalization", 23, [x, values.Floats("s", rest)], 1, ("axis", axis));
                }
                if (shape.Length == 4) yield return new GridModel("MeanVarianceNormalization", 13, [x], 1);
            }
        foreach (int p in new[] { 1, 2 })
        {
            yield return new GridModel("LpNormalization", 1 + 21, [GridValues.Zeros("x", [2, 3])], 1, ("p", p));
            yield return new GridModel(
                "LpNormalization", 22, [OnnxTensor.Of("x", [3, 3], [1e-23f, 0, 0, 0, 3, 4, 0, 0, 0])], 1, ("p", p));
            yield return new GridModel(
                "LpNormalization", 22, [OnnxTensor.Of("x", [2, 2], [1e-40f, -1e-40f, 2e-33f, 0])], 1, ("p", p));
        }
        yield return new GridModel("MeanVarianceNormalization", 13, [GridValues.Zeros("x", [1, 2, 3, 3])], 1);
        yield return new GridModel(
            "LRN", 13, [OnnxTensor.Of("x", [1, 6, 1, 1], [1e5f, 1, 2, 3, 4, 5])], 1, ("size", 3), ("alpha", 1f));
    }
}
