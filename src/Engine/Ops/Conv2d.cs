using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Pooling;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// A convolution with everything that a network does right after it in one pass:
/// y = clip(conv(x, w) + bias? + residual?). Inputs in this order: x, weight, bias, residual.
/// </summary>
/// <param name="Geometry">How the filters move.</param>
/// <param name="HasBias">Whether a bias (K) follows the weight.</param>
/// <param name="HasResidual">Whether a map of the output's shape is added.</param>
/// <param name="Clip">
/// What results are clipped to: nothing, a ReLU, whose gradient is 0 where y is 0, or in a plan any range.
/// </param>
public sealed record Conv2d(ConvolutionGeometry Geometry, bool HasBias, bool HasResidual, ClipRange Clip)
    : Op, IClippedConvolution
{
    // With fewer channels there is too little to multiply for what it takes to turn the maps.
    internal const int FewestChannelsOfBlocks = 32;

    int Residual => HasBias ? 3 : 2;

    bool IClippedConvolution.IsBare => Clip.IsNone && !HasResidual && Pool is null;

    /// <summary>Whether negative results become 0, and nothing else.</summary>
    public bool Relu => Clip == ClipRange.Relu;

    /// <summary>
    /// Windows over y whose maxima alone are kept, or null. For inference plans on devices that then store no map
    /// (<see cref="IConvolution.TakesMaxPool"/>): without a residual, and there is no gradient.
    /// </summary>
    public PoolingWindow? Pool { get; init; }

    /// <inheritdoc/>
    public override string Name => Pool is null ? base.Name : "Conv2dMaxPool";

    /// <inheritdoc/>
    public override Saved Saves => Relu ? Saved.Inputs | Saved.Output : Saved.Inputs;

    /// <inheritdoc/>
    public override bool TakesGradient => Relu;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Shape input = x[0], weight = x[1];
        Check.Rank(this, input, 4, "input");
        Check.Rank(this, weight, 4, "weight");
        ConvolutionGeometry g = Geometry;
        Check.That(Math.Min(g.StrideH, g.StrideW) > 0, this, $"strides must be positive: {g.StrideH}, {g.StrideW}");
        Check.That(Math.Min(g.DilationH, g.DilationW) > 0, this,
            $"dilations must be positive: {g.DilationH}, {g.DilationW}");
        Check.That(
            g.PaddingTop >= 0 && g.PaddingLeft >= 0 && g.PaddingBottom >= 0 && g.PaddingRight >= 0, this,
            $"padding must not be negative: {g.PaddingTop}, {g.PaddingLeft}, {g.PaddingBottom}, {g.PaddingRight}");
        Check.That(input[1] == weight[1], this,
            $"input has {input[1]} channels but the weight expects {weight[1]}: input {input}, weight {weight}");
        ConvolutionShape d = g.Over(input, weight);
        Check.That(d.P > 0 && d.Q > 0, this,
            $"the filter is larger than the padded map: input {input}, weight {weight}, padding {g.PaddingTop},"
            + $" {g.PaddingLeft}, {g.PaddingBottom}, {g.PaddingRight}, dilation {g.DilationH}, {g.DilationW}");
        if (HasBias)
            Check.That(x[2] == new Shape(weight[0]), this, $"bias must be ({weight[0]}), not {x[2]}: weight {weight}");
        Shape output = Map(d);
        if (HasResidual)
            Check.That(x[Residual] == output, this,
                $"the residual is {x[Residual]} but the output {output}: input {input}, weight {weight}");
        if (Pool is not { } pool) return output;
        Check.That(!HasResidual, this, $"a map that is pooled takes no residual: {input}");
        PlaneWindow windows = pool.Over(this, output);
        return new Shape(d.N, d.K, windows.P, windows.Q);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(ReadOnlySpan<Shape> x, Shape y) =>
        Map(Geometry.Over(x[0], x[1])).Count * x[1].Product(1, 4);

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) =>
        input == 0 || (HasResidual && input == Residual);

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        Tensor? bias = HasBias ? x[2] : null, residual = HasResidual ? x[Residual] : null;
        ConvolutionShape d = Geometry.Over(x[0].Shape, x[1].Shape);
        if (Pool is { } pool)
            on.Convolution.ForwardMaxPool(x[0], x[1], bias, y, d, Clip, pool.Over(this, Map(d)));
        else if (x[0].Count > 0 && x[1].Count > 0)
            on.Convolution.Forward(x[0], x[1], bias, residual, y, d, Clip);
        else OfNothing(on, bias, residual, y);
    }

    /// <summary>The weight in the backend's own form, where it stays as it is; null where there is none.</summary>
    internal IPackedWeight? Prepare(IBackend on, Shape x, Tensor weight, bool inBlocks) =>
        x.Count == 0 || weight.Count == 0 ? null
        : on.Convolution.Prepare(weight, Geometry.Over(x, weight.Shape), inBlocks);

    /// <inheritdoc/>
    internal override bool IsMap(int input, ReadOnlySpan<Shape> x) =>
        (input == 0 && Pool is null) || (HasResidual && input == Residual);

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) =>
        Pool is null && x[0].Count > 0 && x[1].Count > 0
        && (given > 0 || Math.Min(x[1][0], x[1][1]) >= FewestChannelsOfBlocks)
        && on.Convolution.TakesBlocks(Geometry.Over(x[0], x[1])) ? on.Convolution.ChannelBlock : 0;

    Op? IClippedConvolution.WithBias(bool hasResidual, ClipRange clip) =>
        this with { HasBias = true, HasResidual = hasResidual, Clip = clip };

    Op IClippedConvolution.Clipped(ClipRange next) => this with { Clip = Clip.Then(next) };

    /// <summary>The map, before it is pooled.</summary>
    static Shape Map(in ConvolutionShape d) => new(d.N, d.K, d.P, d.Q);

    /// <summary>Without channels, or with padding alone: sums of no products.</summary>
    void OfNothing(IBackend on, Tensor? bias, Tensor? residual, Tensor y)
    {
        if (bias is null) on.Memory.Fill(y, 0);
        else on.Reduction.Copy(new Strided(bias, 0, [0, 1, 0, 0]), Strided.Of(y), y.Shape, scale: 1, accumulate: false);
        if (residual is not null) on.Elementwise.Affine(residual, 1, 0, new Gradient(y, Accumulate: true));
        if (Relu) on.Elementwise.Unary<Relu>(y, y);
        else if (!Clip.IsNone)
        {
            on.Elementwise.WithScalar<Maximum>(y, Clip.Low, y);
            on.Elementwise.WithScalar<Minimum>(y, Clip.High, y);
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        if (Pool is not null || !(Relu || Clip.IsNone))
            throw new InvalidOperationException("a plan's pooled or clipped convolution has no gradient");
        ConvolutionShape d = Geometry.Over(x[0].Shape, x[1].Shape);
        // The operation takes dy, so the mask may be applied in place.
        if (Relu) on.Convolution.BackwardRelu(y, dy);
        if (dx[0].IsNeeded && dx[1].IsNeeded && dx[0].Target != dx[1].Target && x[0].Count > 0
            && 2 * MultiplyAdds([x[0].Shape, x[1].Shape], y.Shape) <= IBranches.MostWork && on.Branches is { } branches)
            BesideEachOther(on.Convolution, branches, x[0], x[1], dy, dx[0], dx[1], d);
        else
        {
            if (dx[0].IsNeeded) on.Convolution.BackwardInput(dy, x[1], dx[0], d);
            if (dx[1].IsNeeded && x[0].Count > 0) on.Convolution.BackwardWeight(x[0], dy, dx[1], d);
        }
        if (dx[1] is { IsNeeded: true, Accumulate: false } && x[0].Count == 0) on.Memory.Fill(dx[1].Target!, 0);
        if (HasBias && dx[2].IsNeeded) on.Convolution.BackwardBias(dy, dx[2], d);
        if (HasResidual && dx[Residual].IsNeeded) on.Elementwise.Affine(dy, 1, 0, dx[Residual]);
    }

    /// <summary>Both gradients, each on a thread: small ones meet less often than if the threads shared each.</summary>
    static void BesideEachOther(
        IConvolution on, IBranches branches, Tensor x, Tensor weight, Tensor dy, Gradient dx, Gradient dw,
        ConvolutionShape d) =>
        branches.Run(2, branch =>
        {
            if (branch == 0) on.BackwardWeight(x, dy, dw, d);
            else on.BackwardInput(dy, weight, dx, d);
        });
}

public static partial class TensorOps
{
    /// <summary>
    /// A convolution with the same stride, padding and dilation along both axes; optionally + bias + residual and a
    /// ReLU in the same pass.
    /// </summary>
    /// <param name="x">(N, C, H, W).</param>
    /// <param name="weight">(K, C, R, S).</param>
    /// <param name="bias">(K), or null for none.</param>
    /// <param name="stride">Pixels between neighbouring outputs.</param>
    /// <param name="padding">Zeros on each side of the map.</param>
    /// <param name="dilation">Pixels between neighbouring taps.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    /// <param name="residual">A map to add before the ReLU, of the output's shape, or null for none.</param>
    /// <returns>(N, K, P, Q).</returns>
    /// <exception cref="ShapeException">The operands do not fit.</exception>
    public static Tensor Conv2d(
        this Tensor x, Tensor weight, Tensor? bias = null, int stride = 1, int padding = 0, int dilation = 1,
        bool relu = false, Tensor? residual = null) =>
        x.Conv2d(weight, new ConvolutionGeometry(stride, padding, dilation), bias, relu, residual);

    /// <summary>A convolution of any geometry; optionally + bias + residual and a ReLU in the same pass.</summary>
    /// <exception cref="ShapeException">The operands do not fit.</exception>
    public static Tensor Conv2d(
        this Tensor x, Tensor weight, ConvolutionGeometry geometry, Tensor? bias = null, bool relu = false,
        Tensor? residual = null)
    {
        Conv2d op = new(geometry, bias is not null, residual is not null, ClipRange.ReluIf(relu));
        return (bias, residual) switch
        {
            (null, null) => op.Apply(x, weight),
            (not null, null) => op.Apply(x, weight, bias),
            (null, not null) => op.Apply(x, weight, residual),
            _ => op.Apply(x, weight, bias, residual),
        };
    }
}
