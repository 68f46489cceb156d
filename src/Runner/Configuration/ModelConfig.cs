using System.Text.Json.Serialization;

namespace TripletGpu.Runner.Configuration;

/// <summary>The network. Fields that another kind of model does not have are ignored by it.</summary>
public sealed record ModelConfig
{
    /// <summary>Which network.</summary>
    public ModelKind Kind { get; init; } = ModelKind.SmallCnn;

    /// <summary>
    /// The shape of one image: channels, height, width. Left out: 1 x 28 x 28 for small-cnn, else 3 x 224 x 224.
    /// </summary>
    public int[] Input { get; init; } = [];

    /// <summary>
    /// The width of the embedding, or the classes of a classifier. Left out: 128, or ImageNet's 1000 classes.
    /// </summary>
    public int Embedding { get; init; }

    /// <summary>Whether embeddings are scaled to length 1.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>The share of activations that dropout zeroes while training; null: 0.25 in small-cnn, else 0.</summary>
    public double? Dropout { get; init; }

    /// <summary>A .safetensors file to start from, with the model's parameter names.</summary>
    public string? Weights { get; init; }

    /// <summary>
    /// Names or patterns (<c>layer1.*</c>) of parameters that stay as they are, or <c>first:15</c>: those of the
    /// first 15 layers.
    /// </summary>
    public string[] Freeze { get; init; } = [];

    /// <summary>nn2: batch norm after each convolution.</summary>
    public bool BatchNorm { get; init; } = true;

    /// <summary>nn2: biases in the convolutions.</summary>
    public bool Bias { get; init; }

    /// <summary>nn2: local response normalisation in the stem.</summary>
    public bool Lrn { get; init; } = true;

    /// <summary>nn2: the pooling branches that the paper marks L2.</summary>
    public PoolingKind Pooling { get; init; } = PoolingKind.L2;

    /// <summary>nn2: the first convolution.</summary>
    public StemKind Stem { get; init; } = StemKind.Stride2;

    /// <summary>resnet50: which convolution of a downsampling bottleneck has the stride.</summary>
    public StrideOn StrideOn { get; init; } = StrideOn.Convolution3x3;

    /// <summary>resnet50: what follows the global pooling.</summary>
    public HeadKind Head { get; init; } = HeadKind.Embedding;

    /// <summary>nn2, resnet50: filters of the first convolution; all other layers but the head follow it.</summary>
    public int Width { get; init; } = 64;

    /// <summary>onnx: the file.</summary>
    public string? Path { get; init; }
}

/// <summary>Which network.</summary>
public enum ModelKind { SmallCnn, Nn2, Resnet50, Onnx }

/// <summary>The pooling of NN2's pooling branches.</summary>
public enum PoolingKind { L2, Max }

/// <summary>NN2's first convolution: stride 2 for photographs, stride 1 for 28-pixel digits.</summary>
public enum StemKind { Stride2, Stride1 }

/// <summary>ResNet50's two conventions: torchvision strides the 3x3 convolution, the paper the first 1x1.</summary>
public enum StrideOn
{
    [JsonStringEnumMemberName("3x3")] Convolution3x3,
    [JsonStringEnumMemberName("1x1")] Convolution1x1,
}

/// <summary>What follows ResNet50's global pooling: an embedding, unnormalised classes, or nothing.</summary>
public enum HeadKind { Embedding, Classifier, None }
