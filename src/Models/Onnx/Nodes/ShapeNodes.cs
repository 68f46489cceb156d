using TripletGpu.Ops;
using DataType = TripletGpu.Models.Onnx.Format.TensorProto.Types.DataType;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Constants, and the small graphs in which exporters compute shapes.</summary>
static class ShapeNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["Shape"] = ShapeOf,
        ["Size"] = call => [Scalar(NodeCall.Elements(call.Value(0).Dims))],
        ["Constant"] = Constant,
        ["ConstantOfShape"] = ConstantOfShape,
        ["Cast"] = Cast,
        ["Gather"] = Gather,
        ["Slice"] = Slice,
        ["Where"] = Where,
    };

    static OnnxValue Scalar(long value) => new(OnnxTensor.Of("", [], [value]));

    /// <summary>Integers out of two lists, as exporters choose extents.</summary>
    static OnnxValue[] Where(NodeCall call)
    {
        long[] condition = call.Integers(0), then = call.Integers(1), otherwise = call.Integers(2);
        int count = Math.Max(condition.Length, Math.Max(then.Length, otherwise.Length));
        if (new[] { condition, then, otherwise }.Any(list => list.Length != 1 && list.Length != count))
            throw call.Error("the lists differ in length");
        long[] chosen = [.. Enumerable.Range(0, count).Select(i => At(condition, i) != 0 ? At(then, i) : At(otherwise, i))];
        int longest = condition.Length == count ? 0 : then.Length == count ? 1 : 2;
        return [new OnnxValue(OnnxTensor.Of("", call.Value(longest).Dims, chosen))];

        static long At(long[] list, int i) => list[list.Length == 1 ? 0 : i];
    }

    static OnnxValue[] ShapeOf(NodeCall call)
    {
        long[] dims = call.Value(0).Dims;
        int start = At(call.Node.Int("start", 0)), end = At(call.Node.Int("end", dims.Length));
        return [OnnxValue.Integers(dims[start..Math.Max(start, end)])];

        int At(long axis) => (int)Math.Clamp(axis < 0 ? axis + dims.Length : axis, 0, dims.Length);
    }

    static OnnxValue[] Constant(NodeCall call)
    {
        OnnxNode node = call.Node;
        if (node.Tensor("value") is { } tensor) return [new OnnxValue(tensor)];
        if (node.Floats("value_floats") is { } floats) return [new OnnxValue(OnnxTensor.Of("", [floats.Length], floats))];
        if (node.Ints("value_ints") is { } integers) return [OnnxValue.Integers(integers)];
        if (node.Has("value_float")) return [new OnnxValue(OnnxTensor.Of("", [], [node.Float("value_float", 0)]))];
        if (node.Has("value_int")) return [Scalar(node.Int("value_int", 0))];
        throw call.Error($"it holds {string.Join(", ", node.Attributes)}, which is no tensor of numbers");
    }

    static OnnxValue[] ConstantOfShape(NodeCall call)
    {
        long[] dims = call.Integers(0);
        Shape shape = call.ShapeOf(dims);
        OnnxTensor? value = call.Node.Tensor("value");
        if (value?.IntegersOrNull is not { } integers)
            return [OnnxValueOf.Filled(call, shape, value?.FloatsOrNull![0] ?? 0)];
        long[] filled = new long[shape.Count];
        Array.Fill(filled, integers[0]);
        return [new OnnxValue(OnnxTensor.Of("", dims, filled))];
    }

    static OnnxValue[] Cast(NodeCall call)
    {
        OnnxValue x = call.Value(0);
        var to = (DataType)call.Node.Int("to", 0);
        bool isFloat = to is DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16;
        if (isFloat == !x.IsInteger) return [x];
        if (x.Host is not { } host) throw call.Error($"values of the network cannot become {to}");
        return [new OnnxValue(isFloat
            ? OnnxTensor.Of(host.Name, host.Dims, Array.ConvertAll(host.IntegersOrNull!, v => (float)v))
            : OnnxTensor.Of(host.Name, host.Dims, Array.ConvertAll(host.FloatsOrNull!, v => (long)v)))];
    }

    /// <summary>Numbers out of a list on the host, or one part of a tensor.</summary>
    static OnnxValue[] Gather(NodeCall call)
    {
        OnnxValue x = call.Value(0), index = call.Value(1);
        long[] wanted = call.Integers(1);
        int axis = call.Axis(call.Node.Int("axis", 0), x.Dims.Length);
        int extent = (int)x.Dims[axis];
        if (x.IsInteger && x.Dims.Length == 1)
            return [new OnnxValue(OnnxTensor.Of("", index.Dims, Array.ConvertAll(wanted, i => x.Host!.IntegersOrNull![call.Axis(i, extent)])))];
        Tensor tensor = call.Tensor(0);
        Tensor[] parts = Array.ConvertAll(wanted, i => tensor.Slice(axis, call.Axis(i, extent), 1));
        long[] dims = [.. x.Dims[..axis], .. index.Dims, .. x.Dims[(axis + 1)..]];
        return [(parts.Length == 1 ? parts[0] : TensorOps.Concat(axis, parts)).As(call.ShapeOf(dims))];
    }

    /// <summary>Bounds are attributes before opset 10 and inputs from then on. Tensors are cut with step 1 only.</summary>
    static OnnxValue[] Slice(NodeCall call)
    {
        OnnxValue x = call.Value(0);
        int rank = x.Dims.Length;
        long[] starts = call.IntegersOf("starts", 1) ?? throw call.Error("the starts are missing");
        long[] ends = call.IntegersOf("ends", 2) ?? throw call.Error("the ends are missing");
        long[] axes = call.IntegersOf("axes", 3) ?? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        long[] steps = call.Has(4) ? call.Integers(4) : [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length || starts.Length > rank)
            throw call.Error("starts, ends, axes and steps differ in number");
        if (x.IsInteger && rank == 1 && starts.Length == 1) return [OnnxValue.Integers(Part(call, x.Host!.IntegersOrNull!, starts[0], ends[0], steps[0]))];
        Tensor y = call.Tensor(0);
        for (int i = 0; i < starts.Length; i++)
        {
            if (steps[i] != 1) throw call.Error($"a step of {steps[i]} is not supported");
            int axis = call.Axis(axes[i], rank), extent = y.Shape[axis];
            int from = At(starts[i], extent), to = Math.Max(from, At(ends[i], extent));
            if (to == from) throw call.Error("an empty part is not supported");
            if (to - from < extent) y = y.Slice(axis, from, to - from);
        }
        return [y];

        static int At(long index, int extent) => (int)Math.Clamp(index < 0 ? index + extent : index, 0, extent);
    }

    static long[] Part(NodeCall call, long[] x, long start, long end, long step)
    {
        if (step == 0) throw call.Error("a step of 0");
        long n = x.Length, low = step > 0 ? 0 : -1, high = step > 0 ? n : n - 1;
        long from = Math.Clamp(start < 0 ? start + n : start, step > 0 ? 0 : 0, high);
        long to = end < -n ? low : Math.Clamp(end < 0 ? end + n : end, low, high);
        List<long> part = [];
        for (long i = from; (step > 0 ? i < to : i > to) && i >= 0 && i < n; i += step) part.Add(x[i]);
        return [.. part];
    }
}
