using TripletGpu.Models;
using TripletGpu.Models.Networks;
using TripletGpu.Models.Onnx;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Networks;

/// <summary>The networks by the names of the config.</summary>
static class NetworkFactory
{
    /// <summary>Makes the network of a run, which takes pixels in [0, 1] and scales them as the config says.</summary>
    /// <inheritdoc cref="Create(ModelConfig, ulong, Device, bool)"/>
    /// <param name="config">The run's config.</param>
    /// <param name="device">Where its parameters live.</param>
    public static EmbeddingNetwork Create(RunConfig config, Device device)
    {
        EmbeddingNetwork network = Create(config.Model, config.Train.Seed, device);
        network.Scaling = PixelDefaults.Scaling(config.Data, network.ImageShape[0]);
        return network;
    }

    /// <summary>Makes the network that a config describes; its parameters' values are undefined.</summary>
    /// <param name="model">The network.</param>
    /// <param name="seed">Of its dropout masks.</param>
    /// <param name="device">Where its parameters live.</param>
    /// <param name="givesUpWeights">
    /// Whether an ONNX file's weights need not be there twice: the network is neither initialized again nor exported.
    /// </param>
    /// <param name="takesOneImage">Whether only one image at a time will come, as where it is described.</param>
    /// <exception cref="UserErrorException">
    /// The network cannot be made so: an ONNX file that cannot be used.
    /// </exception>
    public static EmbeddingNetwork Create(
        ModelConfig model, ulong seed, Device device, bool givesUpWeights = false, bool takesOneImage = false)
    {
        Shape input = new(model.Input);
        float dropout = (float)(model.Dropout ?? 0);
        return device.Build<EmbeddingNetwork>(() => model.Kind switch
        {
            ModelKind.SmallCnn => new SmallCnn(device, input, model.Embedding, model.Normalize, dropout, seed),
            ModelKind.Nn2 => new Nn2(device, new Nn2Settings
            {
                Input = input,
                Embedding = model.Embedding,
                Normalize = model.Normalize,
                Dropout = dropout,
                Seed = seed,
                Width = model.Width,
                BatchNorm = model.BatchNorm,
                Bias = model.Bias,
                LocalResponseNorm = model.Lrn,
                Pooling = model.Pooling == PoolingKind.L2 ? Pooling.L2 : Pooling.Max,
                StemStride = model.Stem == StemKind.Stride1 ? 1 : 2,
            }),
            ModelKind.Resnet50 => new ResNet50(device, new ResNet50Settings
            {
                Input = input,
                Outputs = model.Head == HeadKind.None ? 0 : model.Embedding,
                Dropout = dropout,
                Seed = seed,
                Normalize = model.Normalize && model.Head == HeadKind.Embedding,
                Width = model.Width,
                StrideOnFirst = model.StrideOn == StrideOn.Convolution1x1,
            }),
            _ => OnnxNetwork.Load(
                device, model.Path!, input, model.Normalize, seed, givesUpWeights, takesOneImage),
        });
    }
}
