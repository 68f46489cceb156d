using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Reductions;

namespace TripletGpu.Backends.Gpu;

/// <summary>Sums, strided copies and softmax on a GPU.</summary>
sealed class GpuReduction(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch) : IReduction
{
    readonly GpuConcat concat = new(driver, plan);

    public void Sum(Tensor x, Shape to, float scale, Gradient y)
    {
        if (!y.IsNeeded) return;
        var broadcast = new Broadcast(to, Shape.Scalar, x.Shape);
        BroadcastBox box = broadcast.BoxA;
        if (box.Count < GpuElementwise.LongSum)
            ReductionKernels.LaunchSumBoxByItem(
                driver, y.Target.Items(), x.Floats(), y.Target.Floats(), broadcast.Dims, box, scale, y.Adds());
        else
            ReductionKernels.LaunchSumBox(
                driver, y.Target.Items(), x.Floats(), y.Target.Floats(), broadcast.Dims, box, scale, y.Adds());
    }

    public void Copy(Strided from, Strided to, Shape box, float scale, bool accumulate)
    {
        Span<int> extents = stackalloc int[Shape.MaxRank];
        Span<int> source = stackalloc int[Shape.MaxRank], target = stackalloc int[Shape.MaxRank];
        extents.Fill(1);
        int at = Shape.MaxRank; // axes are filled from the last one; neighbours that lie alike on both sides become one
        for (int axis = box.Rank - 1; axis >= 0; axis--)
        {
            if (box[axis] == 1) continue;
            if (at < Shape.MaxRank && from.Strides[axis] == source[at] * extents[at]
                && to.Strides[axis] == target[at] * extents[at])
            {
                extents[at] *= box[axis];
                continue;
            }
            at--;
            (extents[at], source[at], target[at]) = (box[axis], from.Strides[axis], to.Strides[axis]);
        }
        var d = new StridedDims(
            extents[1], extents[2], extents[3], extents[4], extents[5], source[0], source[1], source[2], source[3],
            source[4], source[5], target[0], target[1], target[2], target[3], target[4], target[5], from.Offset,
            to.Offset, plan.ElementsEach);
        if (box.Count > 0)
            StridedCopyKernels.LaunchCopy(
                driver, KernelSize.Of(box.Count / d.Extent5 * d.Blocks), from.Tensor.Floats(), to.Tensor.Floats(), d,
                scale, accumulate ? 1 : 0);
    }

    public void Join(ReadOnlySpan<Tensor> parts, Tensor y, int axis) => concat.Join(parts, y, axis);

    public void Split(Tensor dy, ReadOnlySpan<Gradient> parts, ReadOnlySpan<int> extents, int axis) =>
        concat.Split(dy, parts, extents, axis);

    public void LogSoftmax(Tensor x, Tensor y)
    {
        int width = x.Shape[-1], rows = x.Items() / width;
        DeviceView<float> logSums = scratch.Take(ScratchUse.Sums, 2L * rows);
        SoftmaxKernels.LaunchLogSums(driver, rows, x.Floats(), logSums, width);
        SoftmaxKernels.LaunchLogSoftmax(driver, x.Items(), x.Floats(), logSums, y.Floats(), width);
    }

    public void LogSoftmaxBackward(Tensor y, Tensor dy, Gradient dx)
    {
        if (dx.IsNeeded)
            SoftmaxKernels.LaunchLogSoftmaxBackward(
                driver, y.Items() / y.Shape[-1], y.Floats(), dy.Floats(), dx.Target.Floats(), y.Shape[-1], dx.Adds());
    }

    public void SoftmaxCrossEntropy(Tensor x, Tensor labels, Tensor logSums, Tensor loss)
    {
        (int rows, int classes) = (x.Shape[0], x.Shape[1]);
        SoftmaxKernels.LaunchLogSums(driver, rows, x.Floats(), logSums.Floats(), classes);
        SoftmaxKernels.LaunchCrossEntropy(driver, 1, x.Floats(), labels.Ints(), logSums.Floats(), loss.Floats(), rows,
            classes);
    }

    public void SoftmaxCrossEntropyBackward(Tensor x, Tensor labels, Tensor logSums, Tensor dloss, Gradient dx)
    {
        if (dx.IsNeeded)
            SoftmaxKernels.LaunchCrossEntropyBackward(
                driver, x.Items(), x.Floats(), labels.Ints(), logSums.Floats(), dloss.Floats(), dx.Target.Floats(),
                x.Shape[0],
                x.Shape[1], dx.Adds());
    }
}
