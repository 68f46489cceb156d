namespace TripletGpu.Models.Networks;

/// <summary>What the known variants of NN2 differ in.</summary>
public sealed record Nn2Settings
{
    /// <summary>(C, H, W) of one image.</summary>
    public Shape Input { get; init; } = new(3, 224, 224);

    /// <summary>D, the width of the embedding.</summary>
    public int Embedding { get; init; } = 128;

    /// <summary>Whether embeddings are scaled to length 1.</summary>
    public bool Normalize { get; init; } = true;

    /// <summary>Batch norm after each convolution (OpenFace has it; the paper is older).</summary>
    public bool BatchNorm { get; init; } = true;

    /// <summary>Biases in the convolutions.</summary>
    public bool Bias { get; init; }

    /// <summary>
    /// Local response normalisation before and after the second convolution block: size 5, alpha 1e-4 (divided by the
    /// size), beta 0.75, k 1.
    /// </summary>
    public bool LocalResponseNorm { get; init; } = true;

    /// <summary>L2 pooling where the table says so, or maxima throughout.</summary>
    public Pooling Pooling { get; init; } = Pooling.L2;

    /// <summary>The stride of the first convolution: 2 for photographs, 1 for 28-pixel digits.</summary>
    public int StemStride { get; init; } = 2;

    /// <summary>
    /// Filters of the first convolution: 64 in NN2; all other layers but the head follow it. Multiples of 4, for tests.
    /// </summary>
    public int Width { get; init; } = Nn2.PaperWidth;

    /// <summary>The share of the pooled features that dropout zeroes while training.</summary>
    public float Dropout { get; init; }

    /// <summary>Of the dropout masks.</summary>
    public ulong Seed { get; init; } = 1;
}
