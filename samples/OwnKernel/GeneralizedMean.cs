using TripletGpu;
using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Gpu;

namespace OwnKernel;

/// <summary>Generalized-mean pooling: (N, C, H, W) becomes (N, C).</summary>
/// <param name="Power">p, above 0; 3 is usual.</param>
sealed record GeneralizedMean(float Power) : Op
{
    /// <summary>The backward pass reads x and y again.</summary>
    public override Saved Saves => Saved.Inputs | Saved.Output;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.Rank(this, x[0], 4, "input");
        Check.That(x[0].Product(2, 4) > 0, this, $"a plane must have pixels: {x[0]}");
        Check.That(Power > 0, this, $"the power must be above 0, not {Power}");
        return new Shape(x[0][0], x[0][1]);
    }

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        int pixels = x[0].Shape.Product(2, 4);
        if (on is GpuBackend gpu)
        {
            GeneralizedMeanKernels.LaunchForward(gpu.Driver, y.Items(), x[0].Floats(), y.Floats(), pixels, Power);
            return;
        }
        ReadOnlySpan<float> from = x[0].Span();
        Span<float> to = y.Span();
        for (int plane = 0; plane < to.Length; plane++)
        {
            float sum = 0;
            foreach (float value in from.Slice(plane * pixels, pixels))
                sum += GeneralizedMeanKernels.Raised(value, Power);
            to[plane] = GeneralizedMeanKernels.Mean(sum, pixels, Power);
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        if (!dx[0].IsNeeded) return;
        int pixels = x[0].Shape.Product(2, 4);
        if (on is GpuBackend gpu)
        {
            GeneralizedMeanKernels.LaunchBackward(
                gpu.Driver, x[0].Items(), x[0].Floats(), y.Floats(), dy.Floats(), dx[0].Target!.Floats(), pixels, Power,
                dx[0].Adds());
            return;
        }
        ReadOnlySpan<float> values = x[0].Span(), means = y.Span(), from = dy.Span();
        Span<float> to = dx[0].Target!.Span();
        for (int i = 0; i < to.Length; i++)
        {
            float slope = from[i / pixels]
                * GeneralizedMeanKernels.Slope(values[i], means[i / pixels], pixels, Power);
            to[i] = dx[0].Accumulate ? to[i] + slope : slope;
        }
    }
}

/// <summary>The operation as a method of tensors.</summary>
static class GeneralizedMeanOp
{
    /// <summary>(1/n sum max(x, 1e-6)^p)^(1/p) over each plane.</summary>
    public static Tensor GeneralizedMean(this Tensor x, float power) => new GeneralizedMean(power).Apply(x);
}
