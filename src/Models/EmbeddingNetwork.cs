using TripletGpu.Modules;
using TripletGpu.Ops;

namespace TripletGpu.Models;

/// <summary>A network that turns images into embeddings, as points or as points on the unit sphere.</summary>
public abstract class EmbeddingNetwork : Module
{
    /// <param name="device">Where the parameters live.</param>
    /// <param name="imageShape">(C, H, W) of one image.</param>
    /// <param name="dimension">D, the width of an embedding.</param>
    /// <param name="isNormalized">Whether embeddings are scaled to length 1.</param>
    /// <exception cref="UserErrorException">An embedding has no dimension.</exception>
    protected EmbeddingNetwork(Device device, Shape imageShape, int dimension, bool isNormalized) : base(device)
    {
        if (dimension < 1) throw new UserErrorException($"an embedding has at least one dimension, not {dimension}");
        (ImageShape, Dimension, IsNormalized) = (imageShape, dimension, isNormalized);
    }

    /// <summary>(C, H, W) of one image.</summary>
    public Shape ImageShape { get; }

    /// <summary>D, the width of an embedding.</summary>
    public int Dimension { get; }

    /// <summary>Whether embeddings are scaled to length 1.</summary>
    public bool IsNormalized { get; }

    /// <summary>What is done to the pixels first; null: nothing.</summary>
    public PixelScaling? Scaling { get; set; }

    /// <summary>The embeddings (N, D) of images (N, C, H, W).</summary>
    public override Tensor Forward(Tensor x) => Forward(x, out _);

    /// <summary>As <see cref="Forward(Tensor)"/>, and hands out the embeddings before normalisation.</summary>
    public Tensor Forward(Tensor images, out Tensor raw)
    {
        raw = Embed(Scaling?.Apply(images) ?? images);
        return Normalize(raw);
    }

    /// <summary>Embeddings from what <see cref="Forward(Tensor, out Tensor)"/> hands out.</summary>
    public Tensor Normalize(Tensor raw) => IsNormalized ? raw.L2Normalize() : raw;

    /// <summary>The embeddings (N, D) before normalisation.</summary>
    protected abstract Tensor Embed(Tensor images);
}
