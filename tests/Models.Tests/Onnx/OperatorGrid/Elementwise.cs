using TripletGpu.Models.Onnx;

namespace TripletGpu.Models.Tests.Onnx.OperatorGrid;

/// <summary>Functions of one and of two values, softmax and Clip.</summary>
static class Elementwise
{
    static readonly long[][] shapes = [[], [1], [7], [0], [2, 3], [2, 0, 3], [1, 5, 4, 3], [17]];

    static readonly (string Type, int Opset, (string, object)[] Attributes)[] unary =
    [
        ("Abs", 13, []), ("Neg", 13, []), ("Exp", 13, []), ("Log", 13, []), ("Sqrt", 13, []), ("Reciprocal", 13, []),
        ("Sign", 13, []), ("Relu", 14, []), ("Sigmoid", 13, []), ("Tanh", 13, []), ("Erf", 13, []),
        ("Softplus", 22, []), ("Softsign", 22, []), ("HardSwish", 22, []), ("Mish", 22, []), ("Gelu", 20, []),
        ("Gelu", 20, [("approximate", "tanh")]), ("Elu", 22, [("alpha", 0.7f)]), ("Selu", 22, []),
        ("Celu", 12, [("alpha", 1.5f)]), ("HardSigmoid", 22, []), ("LeakyRelu", 16, [("alpha", 0.3f)]),
        ("LeakyRelu", 16, [("alpha", -0.3f)]), ("ThresholdedRelu", 22, [("alpha", 0.4f)]), ("Identity", 23, []),
        ("Swish", 24, []), ("Dropout", 22, []),
    ];

    static readonly (long[] A, long[] B)[] pairs =
    [
        ([3, 4], [3, 4]), ([3, 4], [4]), ([3, 4], []), ([], [3, 4]), ([2, 3, 4], [3, 1]), ([5, 1], [1, 6]), ([0], [1]),
        ([2, 0], [2, 1]), ([2, 1], [1, 0]), ([0, 3], [3]), ([2, 5, 3, 3], [5, 1, 1]), ([1], [1, 1, 1]),
    ];

    public static IEnumerable<GridModel> Models()
    {
        GridValues values = new(1);
        foreach ((string type, int opset, (string, object)[] attributes) in unary)
            foreach (long[] shape in shapes)
                foreach (bool special in new[] { false, true })
                    yield return new GridModel(type, opset, [values.Floats("x", shape, special)], 1, attributes);
        foreach (string type in new[] { "Add", "Sub", "Mul", "Div", "Pow", "PRelu", "Max", "Min" })
            foreach ((long[] a, long[] b) in pairs)
                foreach (bool special in new[] { false, true })
                    foreach (bool isConstant in new[] { false, true })
                        yield return new GridModel(
                            type, type is "Max" or "Min" ? 13 : 16,
                            [values.Floats("a", a, special), values.Floats("b", b, special)], isConstant ? 1 : 2);
        foreach (float exponent in new[] { 2, 0.5f, -1, 3, 0, 1, -0.5f, 1.5f })
            foreach (bool special in new[] { false, true })
                yield return new GridModel(
                    "Pow", 15, [values.Floats("x", [3, 9], special), GridValues.Scalar("e", exponent)], 1);
        foreach (string type in new[] { "Softmax", "LogSoftmax" })
            foreach (int opset in new[] { 11, 13 })
                foreach (long[] shape in new long[][] { [3, 4], [2, 3, 4, 5], [0, 4], [3, 0], [1], [2, 3, 1] })
                    for (int axis = -shape.Length; axis < shape.Length; axis++)
                        yield return new GridModel(
                            type, opset, [values.Floats("x", shape, axis == 0)], 1, ("axis", axis));
        foreach (GridModel model in Clips(values)) yield return model;
        foreach (int opset in new[] { 7, 9, 16 })
            foreach (long[] x in new long[][] { [2, 3, 8, 8], [2, 3, 3, 8], [2, 3, 8, 3], [2, 3, 5], [2, 3], [3, 1] })
                foreach (long[] slope in new long[][] { [3], [3, 1], [3, 1, 1], [1], [] })
                    yield return new GridModel(
                        "PRelu", opset, [values.Floats("x", x, false), values.Floats("slope", slope, false)], 1);
    }

    static IEnumerable<GridModel> Clips(GridValues values)
    {
        float?[] bounds = [null, -0.5f, 0.5f, 0, float.NaN, float.NegativeInfinity, float.PositiveInfinity];
        foreach (float? low in bounds)
            foreach (float? high in bounds)
            {
                OnnxTensor x = values.Floats("x", [4, 8], true);
                yield return new GridModel("Clip", 13, [x, Bound("low", low), Bound("high", high)], 1);
                List<(string, object)> attributes = [];
                if (low is { } least) attributes.Add(("min", least));
                if (high is { } most) attributes.Add(("max", most));
                yield return new GridModel("Clip", 6 + 1, [x], 1, [.. attributes]);
            }
    }

    static OnnxTensor? Bound(string name, float? value) => value is { } v ? GridValues.Scalar(name, v) : null;
}
