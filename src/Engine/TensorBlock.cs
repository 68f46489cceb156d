using TripletGpu.Kernels.Optimizers;

namespace TripletGpu;

/// <summary>
/// Tensors that lie one behind the other in one block of memory, so that one kernel goes through all of them: a
/// network's weights, their gradients, what an optimizer keeps. Each begins at a multiple of
/// <see cref="OptimizerKernels.Alignment"/> elements and is a tensor like any other; the block goes back with the last.
/// </summary>
static class TensorBlock
{
    // 32 MB: a backward pass takes a block's memory with the first gradient in it, which a whole network's would hold
    // long before they are needed.
    const long MostElements = 1 << 23;

    /// <summary>Float tensors of these shapes that nobody owns, zero everywhere.</summary>
    public static Tensor[] Zeros(Device device, IReadOnlyList<Shape> shapes, string producer)
    {
        List<Tensor> made = new(shapes.Count);
        foreach ((int from, int to, long elements) in Blocks([.. shapes.Select(shape => shape.Count)]))
        {
            Tensor block = Zero(device, elements, producer);
            long at = 0;
            for (int i = from; i < to; at += Room(shapes[i++].Count))
                made.Add(device.Unowned(block.Part(at, shapes[i], producer)));
            block.Release();
        }
        return [.. made];
    }

    /// <summary>Moves tensors with their values. Whoever has them notices nothing.</summary>
    public static void Gather(IReadOnlyList<Tensor> tensors, string producer)
    {
        if (tensors.Count == 0) return;
        Device device = tensors[0].Device;
        foreach ((int from, int to, long elements) in Blocks([.. tensors.Select(tensor => tensor.Count)]))
        {
            Tensor block = Zero(device, elements, producer);
            long at = 0;
            for (int i = from; i < to; at += Room(tensors[i++].Count)) tensors[i].MoveInto(block, at);
            block.Release();
        }
        device.Pool.Trim(); // what they have left has few takers of its sizes
    }

    /// <summary>The shape of a block of so many elements.</summary>
    public static Shape ShapeOf(long elements) =>
        new((int)(elements / OptimizerKernels.Alignment), OptimizerKernels.Alignment);

    static Tensor Zero(Device device, long elements, string producer)
    {
        Tensor block = device.Unowned(ShapeOf(elements), ElementType.Float32, producer);
        device.Backend.Memory.Fill(block, 0);
        return block;
    }

    /// <summary>A tensor's elements and those that lie idle behind it.</summary>
    static long Room(long count) => (count + OptimizerKernels.Alignment - 1)
        / OptimizerKernels.Alignment * OptimizerKernels.Alignment;

    /// <summary>The blocks that tensors of these lengths fill: the first and the one behind the last of each.</summary>
    static IEnumerable<(int From, int To, long Elements)> Blocks(long[] counts)
    {
        int from = 0;
        long elements = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            if (i > from && elements + Room(counts[i]) > MostElements)
            {
                yield return (from, i, elements);
                (from, elements) = (i, 0);
            }
            elements += Room(counts[i]);
        }
        if (counts.Length > from) yield return (from, counts.Length, elements);
    }
}
