namespace TripletGpu.Oracle;

/// <summary>Sums, orders of elements and softmax, index by index.</summary>
public static class Reduction
{
    /// <summary>Sums x to a shape of the same rank whose extents are those of x or 1.</summary>
    public static double[] Sum(double[] x, int[] shape, int[] to)
    {
        double[] y = new double[Count(to)];
        for (int i = 0; i < x.Length; i++) y[Flat(Clamp(Indices(i, shape), to), to)] += x[i];
        return y;
    }

    public static double[] SumBackward(double[] dy, int[] shape, int[] to)
    {
        double[] dx = new double[Count(shape)];
        for (int i = 0; i < dx.Length; i++) dx[i] = dy[Flat(Clamp(Indices(i, shape), to), to)];
        return dx;
    }

    /// <summary>y[..., i_k, ...] = x where axis k of y is axis order[k] of x.</summary>
    public static double[] Permute(double[] x, int[] shape, int[] order)
    {
        int[] to = Array.ConvertAll(order, axis => shape[axis]);
        double[] y = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            int[] from = Indices(i, shape);
            y[Flat(Array.ConvertAll(order, axis => from[axis]), to)] = x[i];
        }
        return y;
    }

    /// <summary>The box of a given shape that starts at <paramref name="start"/>.</summary>
    public static double[] Box(double[] x, int[] shape, int[] start, int[] box)
    {
        double[] y = new double[Count(box)];
        for (int i = 0; i < y.Length; i++) y[i] = x[Flat(Add(Indices(i, box), start), shape)];
        return y;
    }

    /// <summary>Writes a box into an array.</summary>
    public static void PutBox(double[] box, int[] boxShape, int[] start, double[] into, int[] shape)
    {
        for (int i = 0; i < box.Length; i++) into[Flat(Add(Indices(i, boxShape), start), shape)] = box[i];
    }

    /// <summary>x - ln sum e^x for each row.</summary>
    public static double[] LogSoftmax(double[] x, int classes)
    {
        double[] y = new double[x.Length];
        for (int row = 0; row < x.Length; row += classes)
        {
            double max = double.NegativeInfinity, sum = 0;
            for (int i = 0; i < classes; i++) max = Math.Max(max, x[row + i]);
            for (int i = 0; i < classes; i++) sum += Math.Exp(x[row + i] - max);
            for (int i = 0; i < classes; i++) y[row + i] = x[row + i] - max - Math.Log(sum);
        }
        return y;
    }

    public static double[] LogSoftmaxBackward(double[] x, double[] dy, int classes)
    {
        double[] y = LogSoftmax(x, classes), dx = new double[x.Length];
        for (int row = 0; row < x.Length; row += classes)
            for (int i = 0; i < classes; i++)
                for (int j = 0; j < classes; j++)
                    dx[row + i] += dy[row + j] * ((i == j ? 1 : 0) - Math.Exp(y[row + i]));
        return dx;
    }

    /// <summary>The mean of -log softmax(x)[label].</summary>
    public static double[] CrossEntropy(double[] x, double[] labels, int classes)
    {
        double[] y = LogSoftmax(x, classes);
        double loss = 0;
        for (int n = 0; n < labels.Length; n++) loss -= y[n * classes + (int)labels[n]] / labels.Length;
        return [loss];
    }

    public static double[] CrossEntropyBackward(double[] x, double[] labels, int classes, double dloss)
    {
        double[] dy = new double[x.Length];
        for (int n = 0; n < labels.Length; n++) dy[n * classes + (int)labels[n]] = -dloss / labels.Length;
        return LogSoftmaxBackward(x, dy, classes);
    }

    static int Count(int[] shape) => shape.Aggregate(1, (product, extent) => product * extent);

    static int[] Indices(int i, int[] shape)
    {
        int[] indices = new int[shape.Length];
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            indices[axis] = i % shape[axis];
            i /= shape[axis];
        }
        return indices;
    }

    static int Flat(int[] indices, int[] shape)
    {
        int flat = 0;
        for (int axis = 0; axis < shape.Length; axis++) flat = flat * shape[axis] + indices[axis];
        return flat;
    }

    static int[] Clamp(int[] indices, int[] shape) =>
        [.. indices.Select((index, axis) => shape[axis] == 1 ? 0 : index)];

    static int[] Add(int[] a, int[] b) => [.. a.Zip(b, (u, v) => u + v)];
}
