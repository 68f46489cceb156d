using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends;

/// <summary>
/// Two-dimensional convolutions (cross-correlations, as every framework has them). Maps are N C H W, weights K C R S.
/// <code>
/// y[n, k, p, q] = sum over c, r, s of w[k, c, r, s] * x[n, c, h, w],
/// h = p * strideH + r * dilationH - top, w = q * strideW + s * dilationW - left
/// </code>
/// where x is 0 outside the map.
/// </summary>
public interface IConvolution
{
    /// <summary>
    /// y = conv(x, weight) + bias + residual, clipped. Overwrites y.
    /// </summary>
    /// <param name="x">(N, C, H, W).</param>
    /// <param name="weight">(K, C, R, S).</param>
    /// <param name="bias">(K), or null for none.</param>
    /// <param name="residual">Of y's shape, or null for none; never y itself.</param>
    /// <param name="y">(N, K, P, Q).</param>
    /// <param name="dims">All extents.</param>
    /// <param name="clip">What results are clipped to.</param>
    void Forward(
        Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor y, in ConvolutionShape dims, ClipRange clip);

    /// <summary>Whether there is a <see cref="ForwardMaxPool"/> for these extents.</summary>
    bool TakesMaxPool(in ConvolutionShape dims, in PlaneWindow pool) => false;

    /// <summary>
    /// y = maxpool(clip(conv(x, weight) + bias)), without storing the map that is pooled. Overwrites y, which may lie
    /// in blocks of channels where x lies in planes.
    /// </summary>
    /// <param name="x">(N, C, H, W).</param>
    /// <param name="weight">(K, C, R, S).</param>
    /// <param name="bias">(K), or null for none.</param>
    /// <param name="y">(N, K, lines of windows, columns of windows).</param>
    /// <param name="dims">The convolution's extents.</param>
    /// <param name="clip">What results are clipped to.</param>
    /// <param name="pool">The windows over its (N, K, P, Q).</param>
    void ForwardMaxPool(
        Tensor x, Tensor weight, Tensor? bias, Tensor y, in ConvolutionShape dims, ClipRange clip,
        in PlaneWindow pool) =>
        throw new NotSupportedException($"{GetType().Name} stores the maps that are pooled");

    /// <summary>
    /// The weight in the form in which <see cref="Forward"/> multiplies by it, for one that stays as it is: it is
    /// computed once, and Forward finds it at <see cref="Tensor.Prepared"/>. What is there already is returned where
    /// it suits these extents too. Null where there is no such form.
    /// </summary>
    /// <param name="weight">(K, C, R, S).</param>
    /// <param name="dims">All extents.</param>
    /// <param name="inBlocks">Whether the maps lie in blocks of channels.</param>
    IPackedWeight? Prepare(Tensor weight, in ConvolutionShape dims, bool inBlocks) => null;

    /// <summary>dx = the transposed convolution of dy, (N, K, P, Q), with the weight.</summary>
    void BackwardInput(Tensor dy, Tensor weight, Gradient dx, in ConvolutionShape dims);

    /// <summary>
    /// dw[k, c, r, s] = the sum over images and output pixels of dy[k] and x[c] seen through tap (r, s).
    /// </summary>
    void BackwardWeight(Tensor x, Tensor dy, Gradient dw, in ConvolutionShape dims);

    /// <summary>
    /// Channels of the blocks in which maps may lie on this device besides in planes, [image][block][pixel][channel of
    /// the block]; 0: in planes alone. Operations hand each other maps in the form that they compute in, every tensor
    /// says how its own lie, and all maps of one call lie alike.
    /// </summary>
    int ChannelBlock => 0;

    /// <summary>Whether it computes a convolution of these extents in blocks, in all three passes.</summary>
    bool TakesBlocks(in ConvolutionShape dims) => false;

    /// <summary>
    /// Channels of the blocks in which <see cref="ForwardReluMaxPool"/> gives its maps best where training goes on with
    /// them; 0: in planes. It reads them in either form.
    /// </summary>
    int PooledChannelBlock(in ConvolutionShape dims) => 0;

    /// <summary>y = x, or y += x, where one of them lies in blocks and the other in planes.</summary>
    void Turn(Tensor x, Gradient y) => throw new NotSupportedException($"{GetType().Name} has maps in planes alone");

    /// <summary>db[k] = the sum of dy over images and pixels.</summary>
    void BackwardBias(Tensor dy, Gradient db, in ConvolutionShape dims);

    /// <summary>
    /// y[n, c] = clip(conv(x[n, c], weight[c]) + bias[c]): a filter for each channel. Overwrites y. K is C in the
    /// extents.
    /// </summary>
    /// <param name="x">(N, C, H, W).</param>
    /// <param name="weight">(C, 1, R, S).</param>
    /// <param name="bias">(C), or null for none.</param>
    /// <param name="y">(N, C, P, Q).</param>
    /// <param name="dims">All extents.</param>
    /// <param name="clip">What results are clipped to.</param>
    void Depthwise(Tensor x, Tensor weight, Tensor? bias, Tensor y, in ConvolutionShape dims, ClipRange clip);

    /// <summary>dx[n, c] = the transposed convolution of dy[n, c] with weight[c].</summary>
    void DepthwiseBackwardInput(Tensor dy, Tensor weight, Gradient dx, in ConvolutionShape dims);

    /// <summary>
    /// dw[c, r, s] = the sum over images and output pixels of dy[c] and x[c] seen through tap (r, s).
    /// </summary>
    void DepthwiseBackwardWeight(Tensor x, Tensor dy, Gradient dw, in ConvolutionShape dims);

    /// <summary>The gradient before a fused ReLU, in place: dy = 0 where the output y is not above 0.</summary>
    void BackwardRelu(Tensor y, Tensor dy);

    /// <summary>
    /// Elements of the Int32 tensor that <see cref="ForwardReluMaxPool"/> fills with a byte for each element of y, the
    /// filters rounded up to a multiple of 32: which pixel of the window was the maximum. The order is the backend's.
    /// </summary>
    static int MaxPoolIndexCount(in ConvolutionShape dims) =>
        checked(dims.N * (dims.P / 2) * (dims.Q / 2) * ((dims.K + 31) / 32) * 32 / sizeof(int));

    /// <summary>
    /// y = maxpool(max(0, conv(x, weight) + bias)) over windows of 2 x 2 with stride 2. The convolution has stride and
    /// dilation 1; an odd last line or column of its map is left out. Overwrites y and index.
    /// </summary>
    /// <param name="x">(N, C, H, W).</param>
    /// <param name="weight">(K, C, R, S).</param>
    /// <param name="bias">(K).</param>
    /// <param name="y">(N, K, P / 2, Q / 2).</param>
    /// <param name="index">Which pixel of each window was the first maximum, or that ReLU cut it.</param>
    /// <param name="dims">The convolution's extents.</param>
    void ForwardReluMaxPool(Tensor x, Tensor weight, Tensor bias, Tensor y, Tensor index, in ConvolutionShape dims);

    /// <summary>Whether there is one that keeps no index, for where no gradient will be asked for.</summary>
    bool HasReluMaxPoolAlone => false;

    /// <summary>The same y, without the index.</summary>
    void ForwardReluMaxPoolAlone(Tensor x, Tensor weight, Tensor bias, Tensor y, in ConvolutionShape dims) =>
        throw new NotSupportedException($"{GetType().Name} has no pooled convolution without an index");

    /// <summary>
    /// The gradients of <see cref="ForwardReluMaxPool"/>: dy of a window goes to the pixel that was its maximum, and
    /// from there to x, weight and bias.
    /// </summary>
    void BackwardReluMaxPool(
        Tensor x, Tensor weight, Tensor index, Tensor dy, Gradient dx, Gradient dw, Gradient db,
        in ConvolutionShape dims);
}
