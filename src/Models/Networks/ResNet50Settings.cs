namespace TripletGpu.Models.Networks;

/// <summary>What the known forms of ResNet50 differ in.</summary>
public sealed record ResNet50Settings
{
    /// <summary>(C, H, W) of one image.</summary>
    public Shape Input { get; init; } = new(3, 224, 224);

    /// <summary>
    /// Outputs of the last layer: the embedding's width, or the number of classes; 0 for no such layer, which leaves
    /// the pooled features.
    /// </summary>
    public int Outputs { get; init; } = 128;

    /// <summary>Whether embeddings are scaled to length 1.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>The share of the pooled features that dropout zeroes while training.</summary>
    public float Dropout { get; init; }

    /// <summary>Of the dropout masks.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// The stride of a downsampling bottleneck lies on its first 1x1 convolution (the paper, Keras), not on the 3x3
    /// (torchvision).
    /// </summary>
    public bool StrideOnFirst { get; init; }

    /// <summary>Channels of the first stage's 3x3 convolutions: 64 in ResNet50; less for tests.</summary>
    public int Width { get; init; } = 64;
}
