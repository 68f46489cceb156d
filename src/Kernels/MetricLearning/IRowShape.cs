using ILGPU;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// How a group works on rows of embeddings. Columns of distances are dealt out in blocks: an item computes
/// <see cref="Columns"/> neighbours side by side, the group <c>GroupX * Columns</c> at a time. Either an item has one
/// column, in registers, or the group has one item, and arrays of columns that become vectors. The arrays lie in
/// functions of their own, under a condition on the shape: ILGPU keeps one that the other form merely does not use.
/// </summary>
public interface IRowShape : IGroupShape
{
    /// <summary>Distances that an item computes at once; divides <see cref="PanelTile.Columns"/>.</summary>
    static abstract int Columns { get; }

    /// <summary>Elements of a gradient's row that an item sums.</summary>
    static abstract int Elements { get; }
}

/// <summary>
/// For GPUs: 128 items, so that reads of a packed panel are 128 bytes a warp, and the positives of a usual class are
/// sorted by one step of the group.
/// </summary>
public readonly struct RowGroup : IRowShape
{
    /// <inheritdoc/>
    public static int GroupX => 128;

    /// <inheritdoc/>
    public static int GroupY => 1;

    /// <inheritdoc/>
    public static int Columns => 1;

    /// <inheritdoc/>
    public static int Elements => 2;
}

/// <summary>
/// For a device that is a CPU: one item, whose constant loops the device's compiler turns into vectors. No item waits
/// at a barrier.
/// </summary>
public readonly struct RowItem : IRowShape
{
    /// <inheritdoc/>
    public static int GroupX => 1;

    /// <inheritdoc/>
    public static int GroupY => 1;

    /// <inheritdoc/>
    public static int Columns => 32;

    /// <inheritdoc/>
    public static int Elements => 64;
}

/// <summary>Barriers of kernels over an <see cref="IRowShape"/>.</summary>
static class RowBarrier
{
    /// <summary>
    /// Waits for the group's other items. A single item has none to wait for, and a device's compiler that finds no
    /// barrier keeps its values in registers.
    /// </summary>
    public static void Wait<TShape>() where TShape : struct, IRowShape
    {
        if (TShape.GroupX > 1) Group.Barrier();
    }
}
