using TripletGpu.Models.Onnx;

namespace TripletGpu.Models.Tests.Onnx.OperatorGrid;

/// <summary>Shapes, orders, parts, repetitions, borders and sizes.</summary>
static class Layouts
{
    static readonly long[][] shapes = [[2, 3, 4], [1, 1], [5], [2, 0, 3], [2, 3, 1, 4], [0]];

    static readonly long[][] reshapes = [[-1], [0, -1], [1, -1, 1], [-1, 2], [0, 0], [3, -1, 0], [0], [2, -1, 3]];

    static readonly (long[] A, long[] B)[] emptyParts =
        [([2, 0], [2, 3]), ([0, 3], [2, 3]), ([1, 3], [0, 3])];

    public static IEnumerable<GridModel> Models()
    {
        GridValues values = new(4);
        return [.. Shapes(values), .. Parts(values), .. Pads(values), .. Sizes(values)];
    }

    static IEnumerable<GridModel> Shapes(GridValues values)
    {
        foreach (long[] shape in shapes)
        {
            int rank = shape.Length;
            OnnxTensor x = values.Floats("x", shape, true);
            for (int axis = -rank; axis <= rank; axis++)
            {
                yield return new GridModel("Flatten", 13, [x], 1, ("axis", axis));
                yield return new GridModel("Squeeze", 13, [x, GridValues.Integers("axes", axis)], 1);
                yield return new GridModel("Unsqueeze", 13, [x, GridValues.Integers("axes", axis)], 1);
                yield return new GridModel("Unsqueeze", 11, [x], 1, ("axes", new long[] { Math.Abs(axis), 0 }));
            }
            yield return new GridModel("Squeeze", 13, [x], 1);
            yield return new GridModel("Transpose", 13, [x], 1);
            long[] rotated = [.. Enumerable.Range(0, rank).Select(i => (long)(i + 1) % rank)];
            yield return new GridModel("Transpose", 13, [x], 1, ("perm", rotated));
            foreach (long[] to in reshapes)
                foreach (int zero in new[] { 0, 1 })
                    yield return new GridModel(
                        "Reshape", 14, [x, GridValues.Integers("shape", to)], 1, ("allowzero", zero));
            foreach (long[] to in new long[][] { [1], [2, 1, 1], [2, 3, 4], [1, 5], [0], [4, 1, 1, 1], [3, 1] })
                yield return new GridModel("Expand", 13, [x, GridValues.Integers("shape", to)], 1);
            foreach (long count in new long[] { 0, 1, 2, 3 })
            {
                long[] repeats = [.. shape.Select((_, i) => i == 0 ? count : 2)];
                yield return new GridModel("Tile", 13, [x, GridValues.Integers("repeats", repeats)], 1);
            }
        }
        foreach (string mode in new[] { "DCR", "CRD" })
            foreach (long[] shape in new long[][] { [1, 8, 2, 3], [2, 4, 1, 1], [0, 4, 2, 2] })
                yield return new GridModel(
                    "DepthToSpace", 13, [values.Floats("x", shape)], 1, ("blocksize", 2), ("mode", mode));
        foreach (long[] shape in new long[][] { [1, 2, 4, 6], [2, 1, 2, 2], [0, 4, 2, 2] })
            yield return new GridModel("SpaceToDepth", 13, [values.Floats("x", shape)], 1, ("blocksize", 2));
    }

    static IEnumerable<GridModel> Parts(GridValues values)
    {
        for (int i = 0; i < 150; i++)
        {
            long[] shape = values.Pick(shapes);
            int axis = values.Next(-shape.Length, shape.Length);
            yield return new GridModel(
                "Slice", 13,
                [
                    values.Floats("x", shape), GridValues.Integers("starts", values.Next(-7, 8)),
                    GridValues.Integers("ends", values.Pick<long>(values.Next(-7, 8), int.MaxValue, long.MinValue)),
                    GridValues.Integers("axes", axis),
                    GridValues.Integers("steps", values.Pick<long>(1, 1, 2, -1, -2, 3)),
                ], 1);
        }
        foreach (long[] shape in shapes)
            for (int axis = -shape.Length; axis < shape.Length; axis++)
            {
                long extent = shape[axis < 0 ? axis + shape.Length : axis];
                OnnxTensor x = values.Floats("x", shape);
                foreach (long[] index in new long[][] { [0], [-1], [0, 0, -1], [], [1, 0], [2, 1, 0], [9] })
                    yield return new GridModel(
                        "Gather", 13, [x, GridValues.Integers("i", index)], 1, ("axis", axis));
                yield return new GridModel("Gather", 13, [x, OnnxTensor.Of("i", [], [0L])], 1, ("axis", axis));
                yield return new GridModel("Concat", 13, [x, values.Floats("b", shape)], 2, ("axis", axis));
                yield return new GridModel("Split", 13, [x], 1, ("axis", axis)) { Outputs = 1 };
                yield return new GridModel(
                    "Split", 13, [x, GridValues.Integers("split", 0, extent)], 1, ("axis", axis))
                { Outputs = 2 };
                yield return new GridModel("Split", 18, [x], 1, ("axis", axis), ("num_outputs", 2)) { Outputs = 2 };
            }
        foreach ((long[] a, long[] b) in emptyParts)
            for (int axis = 0; axis < 2; axis++)
                yield return new GridModel(
                    "Concat", 13, [values.Floats("a", a), values.Floats("b", b)], 2, ("axis", axis));
    }

    static IEnumerable<GridModel> Pads(GridValues values)
    {
        for (int i = 0; i < 200; i++)
        {
            long[] shape = values.Pick<long[]>([3, 4], [5], [1, 2, 4, 3], [2, 0], [1]);
            bool cuts = values.Next(4) == 0;
            long[] pads = [.. Enumerable.Range(0, 2 * shape.Length).Select(_ => (long)values.Next(cuts ? -1 : 0, 3))];
            string mode = values.Pick("constant", "edge", "reflect");
            OnnxTensor x = values.Floats("x", shape);
            yield return values.Flip()
                ? new GridModel("Pad", 10, [x], 1, ("pads", pads), ("mode", mode), ("value", 0.5f))
                : new GridModel(
                    "Pad", 18, [x, GridValues.Integers("pads", pads), GridValues.Scalar("v", 0.5f)], 1, ("mode", mode));
        }
    }

    static IEnumerable<GridModel> Sizes(GridValues values)
    {
        string[] coordinates =
            ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel", "half_pixel_symmetric"];
        string[] roundings = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];
        foreach (string mode in new[] { "nearest", "linear", "cubic" })
            foreach (string coordinate in coordinates)
                foreach (string rounding in mode == "nearest" ? roundings : ["floor"])
                    foreach (float scale in new[] { 2, 0.5f, 1.5f, 0.6f, 3, 1 })
                    {
                        OnnxTensor x = values.Floats("x", [1, 2, values.Next(2, 6), values.Next(2, 6)]);
                        OnnxTensor scales = OnnxTensor.Of("scales", [4], [1, 1, scale, scale == 3 ? 1 : scale]);
                        (string, object)[] attributes =
                        [
                            ("mode", mode), ("coordinate_transformation_mode", coordinate), ("nearest_mode", rounding),
                        ];
                        yield return new GridModel("Resize", 19, [x, null, scales], 1, attributes);
                        OnnxTensor sizes = GridValues.Integers("sizes", 1, 2, values.Next(1, 9), values.Next(1, 9));
                        yield return new GridModel("Resize", 19, [x, null, null, sizes], 1, attributes);
                        foreach (int excludes in mode == "nearest" || coordinate != "half_pixel" ? [] : new[] { 0, 1 })
                            yield return new GridModel(
                                "Resize", 19, [x, null, null, sizes], 1,
                                [.. attributes, ("antialias", 1), ("exclude_outside", excludes)]);
                    }
        foreach (string mode in new[] { "nearest", "linear" })
            foreach (float scale in new[] { 1, 2, 1.5f, 3 })
            {
                OnnxTensor scales = OnnxTensor.Of("scales", [4], [1, 1, scale, 2]);
                GridModel model = new("Upsample", 9, [values.Floats("x", [1, 2, 3, 4]), scales], 1, ("mode", mode));
                yield return model;
            }
    }
}
