using TripletGpu.MetricLearning;
using TripletGpu.Models.Text;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Pad: a constant, the border or its mirror image around a tensor; negative pads cut.</summary>
static class Padding
{
    /// <summary>Pads are an attribute before opset 11 and an input from then on.</summary>
    public static OnnxValue[] Pad(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        int rank = x.Shape.Rank;
        long[] pads = call.IntegersOf("pads", 1) ?? call.Node.Ints("paddings")
            ?? throw call.Error("the pads are missing");
        int[] axes = call.Has(3)
            ? Array.ConvertAll(call.Integers(3), axis => call.Axis(axis, rank))
            : [.. Enumerable.Range(0, rank)];
        if (pads.Length != 2 * axes.Length) throw call.Error(
            $"{pads.Length} pads for {Counted.Of(axes.Length, "axis", "axes")}");
        int[] before = new int[rank], after = new int[rank];
        long[] dims = Array.ConvertAll(x.Shape.ToArray(), extent => (long)extent);
        for (int i = 0; i < axes.Length; i++)
        {
            (before[axes[i]], after[axes[i]]) = (checked((int)pads[i]), checked((int)pads[axes.Length + i]));
            dims[axes[i]] += pads[i] + pads[axes.Length + i];
        }
        _ = call.ShapeOf(dims);
        for (int axis = 0; axis < rank; axis++)
        {
            int cutBefore = Math.Max(0, -before[axis]), cutAfter = Math.Max(0, -after[axis]);
            if (cutBefore + cutAfter > 0) x = x.Slice(axis, cutBefore, x.Shape[axis] - cutBefore - cutAfter);
            (before[axis], after[axis]) = (Math.Max(0, before[axis]), Math.Max(0, after[axis]));
        }
        string mode = call.Node.Text("mode", "constant");
        return mode switch
        {
            "constant" => [x.Pad(new Shape(before), new Shape(after), Value(call))],
            "edge" =>
                [Extend(x, before, after, (y, axis, at, count) => Enumerable.Repeat(y.Slice(axis, at, 1), count))],
            "reflect" when Enumerable.Range(0, rank).All(axis => Math.Max(before[axis], after[axis]) < x.Shape[axis]) =>
                [
                    Extend(
                        x, before, after, (y, axis, at, count) => [y.Slice(axis, at == 0 ? count : at - 1, count, -1)]),
                ],
            "reflect" => throw call.Error($"{x.Shape} has too few elements to reflect"),
            _ => throw call.Error($"the mode {mode} is not supported, only constant, edge and reflect"),
        };
    }

    static float Value(NodeCall call) => call.Has(2)
        ? call.Scalar(2) ?? throw call.Error("the value must be a constant")
        : call.Node.Float("value", 0);

    /// <param name="x">The tensor.</param>
    /// <param name="before">How many elements to put before each axis.</param>
    /// <param name="after">How many behind.</param>
    /// <param name="border">
    /// What stands beyond the first or last element of an axis: how many elements are wanted.
    /// </param>
    static Tensor Extend(
        Tensor x, int[] before, int[] after, Func<Tensor, int, int, int, IEnumerable<Tensor>> border)
    {
        for (int axis = 0; axis < before.Length; axis++)
        {
            if (before[axis] + after[axis] == 0) continue;
            IEnumerable<Tensor> first = before[axis] > 0 ? border(x, axis, 0, before[axis]) : [];
            IEnumerable<Tensor> last = after[axis] > 0 ? border(x, axis, x.Shape[axis] - 1, after[axis]) : [];
            x = TensorOps.Concat(axis, [.. first, x, .. last]);
        }
        return x;
    }
}
