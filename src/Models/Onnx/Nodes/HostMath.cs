namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>
/// Constants on the host: element-by-element functions of integers, broadcast as in NumPy, and other orders of
/// elements. Shapes and indices are computed so, before the network runs.
/// </summary>
static class HostMath
{
    /// <summary>f of each integer.</summary>
    public static OnnxValue Map(OnnxTensor x, Func<long, long> f) =>
        new(OnnxTensor.Of("", x.Dims, Array.ConvertAll(x.IntegersOrNull!, v => f(v))));

    /// <summary>f of each pair of integers.</summary>
    public static OnnxTensor Zip(NodeCall call, OnnxTensor a, OnnxTensor b, Func<long, long, long> f) =>
        Zip(call, a.IntegersOrNull!, a.Dims, b.IntegersOrNull!, b.Dims, f);

    /// <summary>f of each pair of floats.</summary>
    public static OnnxTensor Zip(
        NodeCall call, float[] a, long[] dimsOfA, float[] b, long[] dimsOfB, Func<float, float, float> f)
    {
        long[] dims = Broadcast(call, dimsOfA, dimsOfB);
        return OnnxTensor.Of("", dims, [.. Repeat(a, dimsOfA, dims).Zip(Repeat(b, dimsOfB, dims), f)]);
    }

    /// <summary>f of each pair.</summary>
    public static OnnxTensor Zip<TA, TB>(
        NodeCall call, TA[] a, long[] dimsOfA, TB[] b, long[] dimsOfB, Func<TA, TB, long> f)
    {
        long[] dims = Broadcast(call, dimsOfA, dimsOfB);
        return OnnxTensor.Of("", dims, [.. Repeat(a, dimsOfA, dims).Zip(Repeat(b, dimsOfB, dims), f)]);
    }

    /// <summary>The extents that two operands broadcast to.</summary>
    public static long[] Broadcast(NodeCall call, long[] a, long[] b)
    {
        long[] dims = new long[Math.Max(a.Length, b.Length)];
        for (int axis = 1; axis <= dims.Length; axis++)
        {
            long m = axis <= a.Length ? a[^axis] : 1, n = axis <= b.Length ? b[^axis] : 1;
            if (m != n && m != 1 && n != 1)
                throw call.Error($"({string.Join(", ", a)}) and ({string.Join(", ", b)}) do not broadcast");
            dims[^axis] = m == 1 ? n : m;
        }
        _ = call.ShapeOf(dims);
        return dims;
    }

    /// <summary>A constant, repeated until it fills extents that it broadcasts to.</summary>
    public static OnnxValue Repeat(OnnxTensor x, long[] dims) => Walk(x, dims, 0, Repeating(x.Dims, dims));

    /// <summary>The values of a constant, repeated until they fill extents that it broadcasts to.</summary>
    public static T[] Repeat<T>(T[] values, long[] from, long[] to) => Walk(values, to, 0, Repeating(from, to));

    /// <summary>The distance of neighbours along each axis of a contiguous tensor.</summary>
    public static long[] Strides(long[] dims) =>
        [.. dims.Select((_, axis) => NodeCall.Elements(dims.AsSpan(axis + 1)))];

    /// <summary>
    /// The elements of a constant from <paramref name="offset"/> on, so far apart along each of the new axes.
    /// </summary>
    public static OnnxValue Walk(OnnxTensor x, long[] dims, long offset, long[] strides) =>
        new(x.FloatsOrNull is { } floats
            ? OnnxTensor.Of("", dims, Walk(floats, dims, offset, strides))
            : OnnxTensor.Of("", dims, Walk(x.IntegersOrNull!, dims, offset, strides)));

    /// <summary>Constants of one kind one after the other along an axis.</summary>
    public static OnnxValue Concat(NodeCall call, int axis, OnnxTensor[] parts)
    {
        long[] dims = [.. parts[0].Dims];
        foreach (OnnxTensor part in parts[1..])
        {
            if (part.Dims.Length != dims.Length || dims.Where((extent, i) => i != axis && extent != part.Dims[i]).Any())
                throw call.Error(
                    $"({string.Join(", ", parts[0].Dims)}) and ({string.Join(", ", part.Dims)}) differ in another axis"
                    + $" than {axis}");
            dims[axis] += part.Dims[axis];
        }
        _ = call.ShapeOf(dims);
        return new(parts[0].IsFloat
            ? OnnxTensor.Of("", dims, Concat(dims, axis, parts, part => part.FloatsOrNull!))
            : OnnxTensor.Of("", dims, Concat(dims, axis, parts, part => part.IntegersOrNull!)));
    }

    static T[] Concat<T>(long[] dims, int axis, OnnxTensor[] parts, Func<OnnxTensor, T[]> valuesOf)
    {
        T[] y = new T[NodeCall.Elements(dims)];
        int outer = (int)NodeCall.Elements(dims.AsSpan(0, axis)), at = 0;
        for (int row = 0; row < outer && y.Length > 0; row++)
            foreach (OnnxTensor part in parts)
            {
                int length = (int)NodeCall.Elements(part.Dims.AsSpan(axis));
                valuesOf(part).AsSpan(row * length, length).CopyTo(y.AsSpan(at));
                at += length;
            }
        return y;
    }

    static T[] Walk<T>(T[] values, long[] dims, long offset, long[] strides)
    {
        T[] y = new T[NodeCall.Elements(dims)];
        for (int i = 0; i < y.Length; i++)
        {
            long rest = i, at = offset;
            for (int axis = dims.Length - 1; axis >= 0; axis--)
            {
                (rest, long index) = Math.DivRem(rest, dims[axis]);
                at += index * strides[axis];
            }
            y[i] = values[at];
        }
        return y;
    }

    static long[] Repeating(long[] from, long[] to)
    {
        long[] own = Strides(from), strides = new long[to.Length];
        for (int axis = 1; axis <= from.Length; axis++) strides[^axis] = from[^axis] == 1 ? 0 : own[^axis];
        return strides;
    }
}
