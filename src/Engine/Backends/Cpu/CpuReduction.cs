using TripletGpu.Backends.Cpu.Elementwise;
using TripletGpu.Backends.Cpu.Reduction;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Cpu;

/// <summary>Sums, strided copies and softmax on the CPU.</summary>
sealed unsafe class CpuReduction(CpuBackend cpu) : IReduction
{
    readonly BroadcastGradient sums = new(cpu);

    // A sum over axes is what broadcasting does backwards: the gradient of a broadcast operand of an addition.
    public void Sum(Tensor x, Shape to, float scale, Gradient y)
    {
        if (!y.IsNeeded) return;
        sums.Run<Add, OperandA>(
            x.Shape, to, null, Shape.Scalar, null, null, x.Floats(), to, scale, y.Target.Floats(), y.Accumulate);
    }

    public void Copy(Strided from, Strided to, Shape box, float scale, bool accumulate)
    {
        StridedRows rows = new(box, from.Strides, to.Strides);
        cpu.For(checked((int)box.Count), new StridedCopy(
            rows, from.Tensor.Floats() + from.Offset, to.Tensor.Floats() + to.Offset, scale, accumulate));
    }

    public void Join(ReadOnlySpan<Tensor> parts, Tensor y, int axis)
    {
        int[] strides = Strided.StridesOf(y.Shape);
        int start = 0;
        foreach (Tensor part in parts)
        {
            if (part.Count > 0 && !part.LiesIn(y))
                Copy(Strided.Of(part), new(y, start * strides[axis], strides), part.Shape, scale: 1, accumulate: false);
            start += part.Shape[axis];
        }
    }

    public void Split(Tensor dy, ReadOnlySpan<Gradient> parts, ReadOnlySpan<int> extents, int axis)
    {
        int[] strides = Strided.StridesOf(dy.Shape);
        int start = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            if (parts[i].Target is { } target)
                Copy(
                    new(dy, start * strides[axis], strides), Strided.Of(target), target.Shape, scale: 1,
                    parts[i].Accumulate);
            start += extents[i];
        }
    }

    public void LogSoftmax(Tensor x, Tensor y) =>
        ForRows(x, new LogSoftmaxForward(x.Floats(), x.Shape[-1], y.Floats()));

    public void LogSoftmaxBackward(Tensor y, Tensor dy, Gradient dx)
    {
        if (dx.IsNeeded)
            ForRows(y, new LogSoftmaxBackward(
                y.Floats(), dy.Floats(), y.Shape[-1], dx.Target.Floats(), dx.Accumulate));
    }

    public void SoftmaxCrossEntropy(Tensor x, Tensor labels, Tensor logSums, Tensor loss)
    {
        int classes = x.Shape[1];
        ForRows(x, new LogSums(x.Floats(), classes, logSums.Floats()));
        double sum = 0;
        for (int row = 0; row < x.Shape[0]; row++)
        {
            int label = labels.Ints()[row];
            bool isValid = (uint)label < (uint)classes;
            float* parts = logSums.Floats() + 2 * row;
            sum += isValid ? (double)parts[0] + parts[1] - x.Floats()[(long)row * classes + label] : double.NaN;
        }
        *loss.Floats() = (float)(sum / x.Shape[0]);
    }

    public void SoftmaxCrossEntropyBackward(Tensor x, Tensor labels, Tensor logSums, Tensor dloss, Gradient dx)
    {
        if (!dx.IsNeeded) return;
        float factor = *dloss.Floats() / x.Shape[0];
        ForRows(x, new CrossEntropyBackward(
            x.Floats(), labels.Ints(), logSums.Floats(), factor, x.Shape[1], dx.Target.Floats(), dx.Accumulate));
    }

    /// <summary>Shares the rows of the last axis between the threads.</summary>
    void ForRows<TLoop>(Tensor x, TLoop loop) where TLoop : struct, IVectorLoop
    {
        int length = x.Shape[-1];
        if (x.Count == 0) return;
        cpu.Workers.For(checked((int)(x.Count / length)), VectorLoop.WorthSharing / length + 1,
            (from, to) => cpu.OnThisThread(from, to, loop));
    }
}
