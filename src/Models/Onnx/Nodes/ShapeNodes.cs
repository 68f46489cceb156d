using TripletGpu.MetricLearning;
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
        ["Cast"] = call => Cast(call, IsFloat(call, (DataType)call.Node.Int("to", 0))),
        ["CastLike"] = call => Cast(call, !call.Value(1).IsInteger),
        ["DequantizeLinear"] = DequantizeLinear,
        ["Range"] = Range,
        ["Gather"] = Gather,
        ["Slice"] = Slice,
        ["Where"] = Where,
        ["If"] = If,
    };

    static OnnxValue Scalar(long value) => new(OnnxTensor.Of("", [], [value]));

    /// <summary>
    /// Elements out of two tensors by a condition that is known beforehand. Floats are chosen by limits, which also
    /// holds for infinities: the larger of min(a, +-infinity) and min(b, -+infinity).
    /// </summary>
    static OnnxValue[] Where(NodeCall call)
    {
        OnnxTensor condition = call.Host(0);
        OnnxValue then = call.Value(1), otherwise = call.Value(2);
        long[] dims = HostMath.Broadcast(call, condition.Dims, HostMath.Broadcast(call, then.Dims, otherwise.Dims));
        if (then.IsInteger && otherwise.IsInteger)
        {
            long[] chosen = HostMath.Repeat(condition.IntegersOrNull!, condition.Dims, dims);
            long[] a = HostMath.Repeat(then.Host!.IntegersOrNull!, then.Dims, dims);
            long[] b = HostMath.Repeat(otherwise.Host!.IntegersOrNull!, otherwise.Dims, dims);
            return [new(OnnxTensor.Of("", dims, [.. chosen.Select((c, i) => c != 0 ? a[i] : b[i])]))];
        }
        if (then.Host?.FloatsOrNull is { } whole && otherwise.Host?.FloatsOrNull is { } rest)
        {
            long[] chosen = HostMath.Repeat(condition.IntegersOrNull!, condition.Dims, dims);
            float[] a = HostMath.Repeat(whole, then.Dims, dims), b = HostMath.Repeat(rest, otherwise.Dims, dims);
            return [new(OnnxTensor.Of("", dims, [.. chosen.Select((c, i) => c != 0 ? a[i] : b[i])]))];
        }
        return [call.Tensor(1).Minimum(Limits(c => c != 0)).Maximum(call.Tensor(2).Minimum(Limits(c => c == 0)))];

        Tensor Limits(Func<long, bool> isChosen) => call.Device.Tensor(
            call.ShapeOf(condition.Dims),
            Array.ConvertAll(
                condition.IntegersOrNull!, c => isChosen(c) ? float.PositiveInfinity : float.NegativeInfinity));
    }

    /// <summary>One of two branches, by a condition that is known beforehand, such as of an extent.</summary>
    static OnnxValue[] If(NodeCall call)
    {
        if (call.Integers(0) is not [var condition]) throw call.Error("its condition is no single value");
        string wanted = condition != 0 ? "then_branch" : "else_branch";
        OnnxBranch branch = call.Node.Branches.FirstOrDefault(b => b.Name == wanted)
            ?? throw call.Error($"it has no {wanted}");
        Dictionary<string, OnnxValue> around = [];
        for (int i = 1; i < call.InputCount; i++)
            if (call.Has(i)) around[call.Node.Inputs[i]] = call.Value(i);
        return call.Graph.Run(branch, around);
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
        if (node.Floats("value_floats") is { } floats)
            return [new OnnxValue(OnnxTensor.Of("", [floats.Length], floats))];
        if (node.Ints("value_ints") is { } integers) return [OnnxValue.Integers(integers)];
        if (node.Has("value_float")) return [new OnnxValue(OnnxTensor.Of("", [], [node.Float("value_float", 0)]))];
        if (node.Has("value_int")) return [Scalar(node.Int("value_int", 0))];
        throw call.Error($"it holds {string.Join(", ", node.Attributes)}, which is no tensor of numbers");
    }

    /// <summary>Integers of weights as (x - zero point) * scale, for all or for each place of an axis.</summary>
    static OnnxValue[] DequantizeLinear(NodeCall call)
    {
        OnnxTensor x = call.Host(0);
        float[] scale = call.Value(1).Host?.FloatsOrNull ?? call.Tensor(1).ToArray();
        long[] zero = call.Has(2) ? call.Integers(2) : new long[scale.Length];
        int axis = scale.Length == 1 ? 0 : call.Axis(call.Node.Int("axis", 1), x.Dims.Length);
        if (zero.Length != scale.Length || (scale.Length != 1 && scale.Length != x.Dims[axis])
            || call.Node.Int("block_size", 0) != 0)
            throw call.Error(
                $"{scale.Length} scales do not fit ({string.Join(", ", x.Dims)}); blocks are not supported");
        long inner = NodeCall.Elements(x.Dims.AsSpan(Math.Min(axis + 1, x.Dims.Length)));
        return [new(OnnxTensor.Of("", x.Dims, [.. x.IntegersOrNull!.Select((v, i) =>
        {
            int at = scale.Length == 1 ? 0 : (int)(i / inner % scale.Length);
            return (v - zero[at]) * scale[at];
        })]))];
    }

    static OnnxValue[] Range(NodeCall call)
    {
        double start = One(0), limit = One(1), step = One(2), count = Math.Max(0, Math.Ceiling((limit - start) / step));
        if (!(count <= call.Graph.MostElements)) throw call.Error($"from {start} to {limit} by {step} has no end");
        double[] values = new double[(int)count];
        for (int i = 0; i < values.Length; i++) values[i] = start + i * step;
        return [new(call.Value(0).IsInteger
            ? OnnxTensor.Of("", [values.Length], Array.ConvertAll(values, v => (long)v))
            : OnnxTensor.Of("", [values.Length], Array.ConvertAll(values, v => (float)v)))];

        double One(int index) => call.Value(index).Host is { } host && NodeCall.Elements(host.Dims) == 1
            ? call.Value(index).ToNumbers()[0] : throw call.Error("its bounds must be single constants");
    }

    static OnnxValue[] ConstantOfShape(NodeCall call)
    {
        long[] dims = call.Integers(0);
        Shape shape = call.ShapeOf(dims);
        OnnxTensor? value = call.Node.Tensor("value");
        if (value?.IntegersOrNull is not { } integers)
        {
            // Known beforehand, so that a mask that is drawn into it is known too.
            float[] floats = new float[shape.Count];
            Array.Fill(floats, value?.FloatsOrNull![0] ?? 0);
            return [new OnnxValue(OnnxTensor.Of("", dims, floats))];
        }
        long[] filled = new long[shape.Count];
        Array.Fill(filled, integers[0]);
        return [new OnnxValue(OnnxTensor.Of("", dims, filled))];
    }

    static bool IsFloat(NodeCall call, DataType to) => to switch
    {
        DataType.Float or DataType.Double or DataType.Float16 or DataType.Bfloat16 => true,
        DataType.Bool or DataType.Int8 or DataType.Int16 or DataType.Int32 or DataType.Int64 or DataType.Uint8
            or DataType.Uint16 or DataType.Uint32 or DataType.Uint64 => false,
        _ => throw call.Error($"the type {to} is not supported"),
    };

    static OnnxValue[] Cast(NodeCall call, bool isFloat)
    {
        OnnxValue x = call.Value(0);
        if (isFloat == !x.IsInteger) return [x];
        if (x.Host is not { } host) throw call.Error("values of the network cannot become integers");
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
            return
            [
                new OnnxValue(
                    OnnxTensor.Of(
                        "", index.Dims, Array.ConvertAll(wanted, i => x.Host!.IntegersOrNull![call.Axis(i, extent)]))),
            ];
        long[] dims = [.. x.Dims[..axis], .. index.Dims, .. x.Dims[(axis + 1)..]];
        Shape shape = call.ShapeOf(dims);
        int[] numbers = Array.ConvertAll(wanted, i => call.Axis(i, extent));
        return [call.Tensor(0).Gather(call, axis, numbers).As(shape)];
    }

    /// <summary>Bounds are attributes before opset 10 and inputs from then on.</summary>
    static OnnxValue[] Slice(NodeCall call)
    {
        OnnxValue x = call.Value(0);
        long[] dims = [.. x.Dims];
        long[] starts = call.IntegersOf("starts", 1) ?? throw call.Error("the starts are missing");
        long[] ends = call.IntegersOf("ends", 2) ?? throw call.Error("the ends are missing");
        long[] axes = call.IntegersOf("axes", 3) ?? [.. Enumerable.Range(0, starts.Length).Select(i => (long)i)];
        long[] steps = call.Has(4) ? call.Integers(4) : [.. Enumerable.Repeat(1L, starts.Length)];
        if (ends.Length != starts.Length || axes.Length != starts.Length || steps.Length != starts.Length
            || starts.Length > dims.Length)
            throw call.Error("starts, ends, axes and steps differ in number");
        List<(int Axis, int From, int Count, int Step)> parts = [];
        for (int i = 0; i < starts.Length; i++)
        {
            int axis = call.Axis(axes[i], dims.Length);
            (int from, int count, int step) = Part(call, dims[axis], starts[i], ends[i], steps[i]);
            if (count < dims[axis] || step != 1) parts.Add((axis, from, count, step));
            dims[axis] = count;
        }
        if (x.Host is { } host)
        {
            long[] strides = HostMath.Strides(host.Dims);
            long offset = parts.Sum(part => part.From * strides[part.Axis]);
            foreach ((int axis, _, _, int step) in parts) strides[axis] *= step;
            return [HostMath.Walk(host, dims, offset, strides)];
        }
        return [dims.Contains(0)
            ? OnnxValueOf.Nothing(dims)
            : parts.Aggregate(call.Tensor(0), (y, part) => y.Slice(part.Axis, part.From, part.Count, part.Step))];
    }

    /// <summary>
    /// The elements from start on, before end, in steps; either bound counts from the end where it is negative.
    /// </summary>
    static (int From, int Count, int Step) Part(NodeCall call, long extent, long start, long end, long step)
    {
        if (step == 0) throw call.Error("a step of 0");
        if (extent == 0) return (0, 0, 1);
        step = Math.Clamp(step, -extent - 1, extent + 1);
        long from = start < 0 ? start + extent : start, to = end < 0 ? end + extent : end;
        if (step > 0) (from, to) = (Math.Clamp(from, 0, extent), Math.Clamp(to, 0, extent));
        else (from, to) = (Math.Clamp(from, 0, Math.Max(0, extent - 1)), Math.Clamp(to, -1, extent - 1));
        long room = step > 0 ? to - from : from - to;
        return ((int)from, (int)Math.Max(0, (room + Math.Abs(step) - 1) / Math.Abs(step)), (int)step);
    }
}
