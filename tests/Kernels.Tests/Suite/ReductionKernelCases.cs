using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Reductions;
using static TripletGpu.Kernels.Tests.Suite.KernelMemory;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>
/// Sums, softmax and strided copies: rows shorter and longer than a group, and labels that are no class.
/// </summary>
public static class ReductionKernelCases
{
    // Rows of (3, 140) and what one result takes part in.
    static readonly BroadcastDims Rows = new(1, 1, 1, 3, 140, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0);
    static readonly BroadcastBox Row = new(1, 1, 1, 3, 1, 1, 1, 1, 1, 1, 140);

    // (2, 3, 5) to (5, 2, 3), from the fourth element to the second.
    static readonly StridedDims Permuted =
        new(1, 1, 2, 3, 5, 0, 0, 0, 15, 5, 1, 0, 0, 0, 3, 1, 6, FromStart: 3, ToStart: 1, Each: 2);

    public static IEnumerable<KernelCase> Cases =>
    [
        new("ReductionKernels.SumByItem", 2 * 3, In(2 * 35 * 3), Out(6), new ReduceDims(2, 35, 3), 0.5f, 0),
        new("ReductionKernels.SumByItem", 2, In(2), In(2), new ReduceDims(2, 1, 1), 1f, 1),
        new("ReductionKernels.SumBox", 3, In(3 * 140), Out(3), Rows, Row, 0.5f, 0),
        new("ReductionKernels.SumBox", 3, In(3 * 140), In(3), Rows, Row, 1f, 1),
        new("ReductionKernels.SumBoxByItem", 3, In(3 * 140), Out(3), Rows, Row, 0.5f, 0),
        new("ReductionKernels.SumBoxByItem", 3, In(3 * 140), In(3), Rows, Row, 1f, 1),
        new("ReductionKernels.SumRows", 5, In(131 * 5), Out(5), 131, 5, 0),
        new("ReductionKernels.SumRows", 3, In(3), In(3), 1, 3, 1),
        new("ReductionKernels.Spread", 2 * 35 * 3, In(6), Out(2 * 35 * 3), new ReduceDims(2, 35, 3), 0.5f, 0),
        new("ReductionKernels.Spread", 3, In(1), In(3), new ReduceDims(1, 3, 1), 1f, 1),
        new("StridedCopyKernels.Copy", 2 * 3 * 3, In(33), Out(31), Permuted, 2f, 0),
        new("StridedCopyKernels.Copy", 2 * 3 * 3, In(33), In(31), Permuted, 1f, 1),
        .. Concat(JoinDims.Of(new(0, 5, 0), new(5, 9, 1), new(14, 1, 0), new(15, 6, 1), 21, 4)),
        .. Concat(JoinDims.Of(new(3, 5, 1), default, new(8, 2, 0), default, 11, 1)),
        .. Softmax(rows: 2, width: 1), .. Softmax(rows: 1, width: 63), .. Softmax(rows: 2, width: 130),
        .. CrossEntropy(rows: 65, width: 7),
    ];

    /// <summary>Three rows of up to four tensors.</summary>
    static IEnumerable<KernelCase> Concat(JoinDims dims)
    {
        const int rows = 3;
        JoinedPart[] parts = [dims.A, dims.B, dims.C, dims.D];
        KernelMemory[] from = [.. parts.Select(part => In(Math.Max(1, rows * part.Length)))];
        int items = rows * dims.ByBlocks.Divisor, count = rows * dims.Width;
        return
        [
            new("ConcatKernels.Join", items, from[0], from[1], from[2], from[3], In(count), dims),
            new("ConcatKernels.Split", items, In(count), from[0], from[1], from[2], from[3], dims),
        ];
    }

    static IEnumerable<KernelCase> Softmax(int rows, int width)
    {
        int count = rows * width;
        return
        [
            new("SoftmaxKernels.LogSums", rows, In(count), Out(2 * rows), width),
            new("SoftmaxKernels.LogSoftmax", count, In(count), In(2 * rows), Out(count), width),
            new("SoftmaxKernels.LogSoftmaxBackward", rows, In(count), In(count), Out(count), width, 0),
            new("SoftmaxKernels.LogSoftmaxBackward", rows, In(count), In(count), In(count), width, 1),
            .. CrossEntropy(rows, width),
        ];
    }

    static IEnumerable<KernelCase> CrossEntropy(int rows, int width)
    {
        int count = rows * width;
        KernelMemory labels = Of([.. Enumerable.Range(0, rows).Select(r => r % width)]);
        return
        [
            new("SoftmaxKernels.CrossEntropy", 1, In(count), labels, In(2 * rows), Out(1), rows, width),
            new("SoftmaxKernels.CrossEntropy", 1,
                In(count), Of([.. Enumerable.Repeat(-1, rows)]), In(2 * rows), Out(1), rows, width),
            new("SoftmaxKernels.CrossEntropyBackward", count,
                In(count), labels, In(2 * rows), In(1), Out(count), rows, width, 0),
            new("SoftmaxKernels.CrossEntropyBackward", count,
                In(count), labels, In(2 * rows), In(1), In(count), rows, width, 1),
        ];
    }

    static KernelMemory Of(int[] values) => KernelMemory.Of(values);
}
