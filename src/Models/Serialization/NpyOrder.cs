namespace TripletGpu.Models.Serialization;

/// <summary>Where the elements of a file, in the file's order, belong in an array in C order.</summary>
sealed class NpyOrder(Shape shape, bool isFortranOrder)
{
    readonly int[] extents = shape.ToArray();
    readonly bool isPermuted = isFortranOrder && shape.Rank > 1;

    /// <summary>
    /// Puts elements of the file, the first being number <paramref name="start"/>, where they belong.
    /// </summary>
    public void Put<T>(ReadOnlySpan<T> from, Span<T> to, int start)
    {
        if (isPermuted)
            for (int i = 0; i < from.Length; i++) to[Offset(start + i)] = from[i];
        else
            from.CopyTo(to[start..]);
    }

    /// <summary>The place of the file's element i, for messages.</summary>
    public string Place(int i) => Place(shape, isPermuted ? Offset(i) : i);

    /// <summary>The place of element i in C order: <c>[3, 17]</c>.</summary>
    public static string Place(Shape shape, long i)
    {
        long[] place = new long[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--) (i, place[axis]) = Math.DivRem(i, shape[axis]);
        return $"[{string.Join(", ", place)}]";
    }

    /// <summary>The name of a value that is not finite.</summary>
    public static string Describe(float value) => float.IsNaN(value) ? "NaN" : value > 0 ? "+infinity" : "-infinity";

    /// <summary>The offset in C order of the element that is number i with the first axis running fastest.</summary>
    int Offset(int i)
    {
        int offset = 0, stride = 1;
        // The last axis has stride 1 in C order: collect its index last, from the largest part of i.
        Span<int> index = stackalloc int[Shape.MaxRank];
        for (int axis = 0; axis < extents.Length; axis++) (i, index[axis]) = Math.DivRem(i, extents[axis]);
        for (int axis = extents.Length - 1; axis >= 0; axis--)
        {
            offset += index[axis] * stride;
            stride *= extents[axis];
        }
        return offset;
    }
}
