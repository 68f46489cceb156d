using TripletGpu.Autograd;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx;

/// <summary>A graph of an ONNX file as an embedding network: one input of images, one output of embeddings.</summary>
public sealed class OnnxNetwork : EmbeddingNetwork
{
    const int ImageNetClasses = 1000;

    // ResNets and ResNeXts; VGG and AlexNet; DenseNet; MobileNet and EfficientNet; Inception.
    static readonly HashSet<string> firstWeights =
    [
        "layer1.0.conv1.weight", "features.0.weight", "features.conv0.weight", "features.0.0.weight",
        "Conv2d_1a_3x3.conv.weight",
    ];

    static readonly HashSet<string> lastWeights =
        ["fc.weight", "classifier.weight", "classifier.1.weight", "classifier.3.weight", "classifier.6.weight"];

    readonly OnnxGraph graph;

    OnnxNetwork(OnnxGraph graph, Shape imageShape, int dimension, bool normalize)
        : base(graph.Device, imageShape, dimension, normalize) => this.graph = Add("", graph);

    /// <summary>Reads the file, and runs it once to learn the embedding's width.</summary>
    /// <param name="device">Where the parameters live.</param>
    /// <param name="path">The ONNX file.</param>
    /// <param name="imageShape">(C, H, W) of one image.</param>
    /// <param name="normalize">Whether embeddings are scaled to length 1 after the graph.</param>
    /// <param name="seed">Of dropout masks.</param>
    /// <param name="givesUpWeights">
    /// Whether the file's weights lie on the device alone: it is neither initialized again nor exported.
    /// </param>
    /// <exception cref="UserErrorException">The file cannot be used, or does not take such images.</exception>
    public static OnnxNetwork Load(
        Device device, string path, Shape imageShape, bool normalize, ulong seed, bool givesUpWeights = false) =>
        Load(device, path, imageShape, normalize, seed, givesUpWeights, takesOneImage: false);

    /// <inheritdoc cref="Load(Device, string, Shape, bool, ulong, bool)"/>
    /// <param name="device">Where the parameters live.</param>
    /// <param name="path">The ONNX file.</param>
    /// <param name="imageShape">(C, H, W) of one image.</param>
    /// <param name="normalize">Whether embeddings are scaled to length 1 after the graph.</param>
    /// <param name="seed">Of dropout masks.</param>
    /// <param name="givesUpWeights">Whether the file's weights lie on the device alone.</param>
    /// <param name="takesOneImage">Whether only one image at a time will come, which a file may be made for.</param>
    internal static OnnxNetwork Load(
        Device device, string path, Shape imageShape, bool normalize, ulong seed, bool givesUpWeights,
        bool takesOneImage)
    {
        OnnxGraph graph = new(device, OnnxModel.Load(path, givesUpWeights), seed) { DecidesAboutTraining = true };
        graph.Train(false);
        using Step step = device.BeginStep(record: false);
        Shape one = new([1, .. imageShape.ToArray()]);
        int dimension = Rows(graph.Forward(device.Tensor(one, new float[one.Count]))).Shape[1];
        if (!takesOneImage) graph.CheckBatches(imageShape);
        graph.Train(true);
        return new OnnxNetwork(graph, imageShape, dimension, normalize);
    }

    /// <summary>The graph.</summary>
    internal OnnxGraph Graph => graph;

    /// <summary>(C, H, W) of the images that a file takes; null where it leaves that open.</summary>
    /// <exception cref="UserErrorException">The file is no ONNX model.</exception>
    public static Shape? ImageShapeOf(string path)
    {
        const int largest = 1 << 16;
        OnnxPort[] inputs = [.. OnnxGraph.PortsOf(OnnxModel.Load(path, givesUpWeights: true))];
        return inputs is [{ Dims: { Count: 4 } dims }] && dims.Skip(1).All(extent => extent is > 0 and <= largest)
            ? new Shape((int)dims[1], (int)dims[2], (int)dims[3])
            : null;
    }

    /// <summary>
    /// Whether a file is one of torchvision's networks as PyTorch exports it: by the maker that it names and the names
    /// of its weights. They want ImageNet's mean and deviation.
    /// </summary>
    /// <exception cref="UserErrorException">The file is no ONNX model.</exception>
    public static bool IsOfTorchvision(string path)
    {
        OnnxModel model = OnnxModel.Load(path, givesUpWeights: true);
        return model.Proto.ProducerName == "pytorch"
            && model.Graph.Initializer.Any(weight => firstWeights.Contains(weight.Name))
            && model.Graph.Initializer.Any(weight =>
                lastWeights.Contains(weight.Name) && weight.Dims.Contains(ImageNetClasses));
    }

    /// <inheritdoc/>
    protected override Tensor Embed(Tensor images) => Rows(graph.Forward(images));

    static Tensor Rows(Tensor y) => y.Shape.Rank switch
    {
        2 => y,
        > 2 => y.Flatten(),
        _ => throw new UserErrorException($"the graph's output is {y.Shape}; embeddings are (N, D)"),
    };
}
