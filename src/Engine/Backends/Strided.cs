namespace TripletGpu.Backends;

/// <summary>
/// A box of elements inside a tensor: where it starts and how far apart its elements are along each axis.
/// </summary>
/// <param name="Tensor">The tensor that holds the elements.</param>
/// <param name="Offset">The index of the box's first element.</param>
/// <param name="Strides">
/// For each axis of the box the distance of neighbours, in elements; 0 repeats one element.
/// </param>
public readonly record struct Strided(Tensor Tensor, int Offset, int[] Strides)
{
    /// <summary>A box that starts at the tensor's first element and walks along its axes.</summary>
    public static Strided Of(Tensor tensor) => new(tensor, 0, StridesOf(tensor.Shape));

    /// <summary>The distance of neighbours along each axis of a contiguous tensor; 0 where there is but one.</summary>
    public static int[] StridesOf(Shape shape) => Broadcast(shape, shape);

    /// <summary>
    /// The strides with which a contiguous tensor broadcasts to a larger shape: 0 along repeated axes.
    /// </summary>
    public static int[] Broadcast(Shape of, Shape to)
    {
        int[] strides = new int[to.Rank];
        int stride = 1;
        for (int axis = of.Rank - 1, at = to.Rank - 1; axis >= 0; axis--, at--)
        {
            strides[at] = of[axis] == 1 ? 0 : stride;
            stride *= of[axis];
        }
        return strides;
    }
}
