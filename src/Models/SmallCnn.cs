using TripletGpu.Modules;
using static TripletGpu.Ops.TensorOps;

namespace TripletGpu.Models;

/// <summary>
/// The small network of triplet-loss-mnist (SpikeKing, 2018): twice a 3x3 convolution with 32 filters, ReLU and 2x2 max
/// pool; dropout; a dense layer. 112,096 parameters for 28 x 28 pixels and 128 dimensions.
/// <list type="bullet">
/// <item>Normalised (the default), the dense layer is linear and embeddings have length 1.</item>
/// <item>Otherwise it is the source's form: ReLU on the dense layer, no normalisation.</item>
/// </list>
/// Parameters are named as those of a PyTorch twin with <c>conv1</c>, <c>conv2</c> and <c>linear</c>:
/// <c>conv1.weight</c> (32, C, 3, 3), <c>conv1.bias</c>, <c>conv2.weight</c> (32, 32, 3, 3), <c>conv2.bias</c>,
/// <c>linear.weight</c> (D, features), <c>linear.bias</c>. They start as PyTorch's defaults do.
/// </summary>
public sealed class SmallCnn : EmbeddingNetwork
{
    const int Filters = 32, Kernel = 3, Smallest = 10;
    readonly Conv2d conv1, conv2;
    readonly Dropout dropout;
    readonly Linear linear;

    /// <param name="device">Where the parameters live.</param>
    /// <param name="imageShape">(C, H, W) of one image, at least 10 x 10 pixels.</param>
    /// <param name="embedding">D, the width of an embedding.</param>
    /// <param name="normalize">Whether embeddings are scaled to length 1.</param>
    /// <param name="dropout">The share of features that dropout zeroes while training.</param>
    /// <param name="seed">Of the dropout masks.</param>
    /// <exception cref="UserErrorException">The image is too small, or not (C, H, W).</exception>
    public SmallCnn(
        Device device, Shape imageShape, int embedding = 128, bool normalize = true, float dropout = 0.25f,
        ulong seed = 1)
        : base(device, imageShape, embedding, normalize)
    {
        if (imageShape.Rank != 3 || imageShape[1] < Smallest || imageShape[2] < Smallest)
            throw new UserErrorException(
                $"small-cnn takes images (C, H, W) of at least {Smallest} x {Smallest} pixels, not {imageShape}");
        conv1 = Add("conv1", new Conv2d(device, imageShape[0], Filters, Kernel));
        conv2 = Add("conv2", new Conv2d(device, Filters, Filters, Kernel));
        this.dropout = Add("dropout", new Dropout(device, dropout, seed));
        int features = Filters * Pooled(Pooled(imageShape[1])) * Pooled(Pooled(imageShape[2]));
        linear = Add("linear", new Linear(device, features, embedding));
    }

    /// <inheritdoc/>
    protected override Tensor Embed(Tensor images)
    {
        Tensor low = images.Conv2dReluMaxPool(conv1.Weight.Value, conv1.Bias!.Value);
        Tensor high = low.Conv2dReluMaxPool(conv2.Weight.Value, conv2.Bias!.Value);
        Device.CurrentStep!.Discard(low);
        Tensor embeddings = linear.Forward(dropout.Forward(high.Flatten()));
        return IsNormalized ? embeddings : embeddings.Relu();
    }

    /// <summary>An extent after a convolution and a pool.</summary>
    static int Pooled(int extent) => (extent - Kernel + 1) / 2;
}
