using TripletGpu.Ops;
using TripletGpu.Oracle;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>Sums along every kind of axis, orders of elements, parts, softmax and cross-entropy.</summary>
public static class ReductionCases
{
    public static IEnumerable<OpCase> Cases =>
    [
        Sum("inner axis", new(13, 37), new(13, 1)),
        Sum("outer axis", new(13, 37), new(1, 37)),
        Sum("middle axes", new(3, 4, 5, 7), new(3, 1, 1, 7)),
        Sum("all but the channel", new(3, 5, 4, 7), new(1, 5, 1, 1)),
        Sum("everything", new(4, 123), new(1, 1)),
        Sum("nothing", new(3, 5), new(3, 5)),
        Sum("two threads", new(3, 71, 97), new(1, 71, 1)),
        Sum("mean of many rows", new(2600, 9), new(1, 9), 1f / 2600),
        new("Reshape", new Reshape(new(5, 7, 3)), [new(7, 15)], x => x[0], (_, dy) => [dy], Tolerance.Exact),
        Permute("transpose", new(19, 37), 1, 0),
        Permute("channels last", new(2, 5, 3, 7), 0, 2, 3, 1),
        Permute("reversal on two threads", new(33, 17, 37), 2, 1, 0),
        Permute("outer axes, whole rows", new(3, 5, 21), 1, 0, 2),
        Concat("channels", 1, new(2, 3, 4, 5), new(2, 1, 4, 5), new(2, 7, 4, 5)),
        Concat("channels on two threads", 1, new(3, 40, 13, 13), new(3, 27, 13, 13)),
        Concat("rows of one input", 0, new Shape(3, 5)),
        Concat("columns", 1, new(3, 5), new(3, 18)),
        Slice("rows", new(7, 5), 0, 2, 3),
        Slice("columns", new(7, 45), 1, 3, 37),
        Slice("channels", new(2, 6, 5, 3), 1, 1, 4),
        Stepped("every third row", new(11, 5), 0, 1, 3, 3),
        Stepped("columns backwards", new(7, 45), 1, 44, 45, -1),
        Stepped("every second channel, backwards", new(2, 6, 5, 3), 1, 5, 3, -2),
        Pad("zeros", new(2, 3, 5), new(0, 1, 2), new(1, 0, 3), 0),
        Pad("ones", new(4, 17), new(1, 0), new(0, 1), 1),
        LogSoftmax("10 classes", new(7, 10)),
        LogSoftmax("40 classes, rank 3", new(2, 3, 40)),
        LogSoftmax("one class", new(3, 1)),
        LogSoftmax("two threads", new(301, 67)),
        // Blocks, which not every device has, are turned in BlockedConvolutionTests and its neighbours.
        new("MapLayout in planes", new MapLayout(0), [new(2, 16, 3, 5)], v => v[0], (_, dy) => [dy], Tolerance.Exact),
        CrossEntropy("10 classes", 13, 10),
        CrossEntropy("batch of one", 1, 33),
        CrossEntropy("two threads", 257, 100),
    ];

    internal static OpCase Sum(string name, Shape x, Shape to, float scale = 1) =>
        new($"Sum {name}", new Sum(to, scale), [x],
            v => Array.ConvertAll(Reduction.Sum(v[0], x.ToArray(), to.ToArray()), sum => scale * sum),
            (_, dy) => [Array.ConvertAll(Reduction.SumBackward(dy, x.ToArray(), to.ToArray()), g => scale * g)],
            Tolerance.Sum);

    internal static OpCase Permute(string name, Shape x, params int[] order) =>
        new($"Permute {name}", new Permute(new Shape(order)), [x], v => Reduction.Permute(v[0], x.ToArray(), order),
            (_, dy) => [Reduction.Permute(dy, Array.ConvertAll(order, axis => x[axis]),
                [.. order.Select((_, axis) => Array.IndexOf(order, axis))])],
            Tolerance.Exact);

    internal static OpCase Concat(string name, int axis, params Shape[] x)
    {
        Shape y = x[0].With(axis, x.Sum(shape => shape[axis]));
        int[][] starts = [.. x.Select((_, i) =>
            Enumerable.Range(0, y.Rank).Select(a => a == axis ? x[..i].Sum(s => s[axis]) : 0).ToArray())];
        return new($"Concat {name}", new Concat(axis), x,
            v =>
            {
                double[] whole = new double[y.Count];
                for (int i = 0; i < x.Length; i++)
                    Reduction.PutBox(v[i], x[i].ToArray(), starts[i], whole, y.ToArray());
                return whole;
            },
            (_, dy) => [.. x.Select((shape, i) => Reduction.Box(dy, y.ToArray(), starts[i], shape.ToArray()))],
            Tolerance.Exact);
    }

    internal static OpCase Slice(string name, Shape x, int axis, int start, int length)
    {
        int[] from = [.. Enumerable.Range(0, x.Rank).Select(a => a == axis ? start : 0)];
        int[] box = x.With(axis, length).ToArray();
        return new($"Slice {name}", new Slice(axis, start, length), [x],
            v => Reduction.Box(v[0], x.ToArray(), from, box),
            (_, dy) =>
            {
                double[] dx = new double[x.Count];
                Reduction.PutBox(dy, box, from, dx, x.ToArray());
                return [dx];
            }, Tolerance.Exact);
    }

    internal static OpCase Stepped(string name, Shape x, int axis, int start, int length, int step)
    {
        int[] y = x.With(axis, length).ToArray(), part = x.With(axis, 1).ToArray();
        return new($"Slice {name}", new Slice(axis, start, length, step), [x],
            v =>
            {
                double[] chosen = new double[new Shape(y).Count];
                for (int i = 0; i < length; i++)
                    Reduction.PutBox(
                        Reduction.Box(v[0], x.ToArray(), At(start + i * step), part), part, At(i), chosen, y);
                return chosen;
            },
            (_, dy) =>
            {
                double[] dx = new double[x.Count];
                for (int i = 0; i < length; i++)
                    Reduction.PutBox(Reduction.Box(dy, y, At(i), part), part, At(start + i * step), dx, x.ToArray());
                return [dx];
            }, Tolerance.Exact);

        int[] At(int index) => [.. Enumerable.Range(0, x.Rank).Select(a => a == axis ? index : 0)];
    }

    internal static OpCase Pad(string name, Shape x, Shape before, Shape after, float value)
    {
        int[] y = [.. x.ToArray().Select((extent, axis) => before[axis] + extent + after[axis])];
        return new($"Pad {name}", new Pad(before, after, value), [x],
            v =>
            {
                double[] padded = new double[new Shape(y).Count];
                Array.Fill(padded, value);
                Reduction.PutBox(v[0], x.ToArray(), before.ToArray(), padded, y);
                return padded;
            },
            (_, dy) => [Reduction.Box(dy, y, before.ToArray(), x.ToArray())], Tolerance.Exact);
    }

    internal static OpCase LogSoftmax(string name, Shape x) =>
        new($"LogSoftmax {name}", new LogSoftmax(), [x], v => Reduction.LogSoftmax(v[0], x[-1]),
            (v, dy) => [Reduction.LogSoftmaxBackward(v[0], dy, x[-1])], Tolerance.Sum)
        {
            Draw = (_, count, random) => Values.Normal(count, random, deviation: 4),
        };

    internal static OpCase CrossEntropy(string name, int batch, int classes) =>
        new($"SoftmaxCrossEntropy {name}", new SoftmaxCrossEntropy(), [new(batch, classes), new(batch)],
            v => Reduction.CrossEntropy(v[0], v[1], classes),
            (v, dy) => [Reduction.CrossEntropyBackward(v[0], v[1], classes, dy[0]), null], Tolerance.Sum)
        {
            Draw = (input, count, random) =>
                input == 0 ? Values.Normal(count, random, deviation: 3) : Values.Integers(count, random, classes),
            IntegerInputs = new HashSet<int> { 1 },
        };
}
