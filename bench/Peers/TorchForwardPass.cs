using TripletGpu.Models;
using static TorchSharp.torch;
using Torch = TorchSharp.torch.Tensor;

namespace TripletGpu.Bench.Peers;

/// <summary>Inference by LibTorch.</summary>
sealed class TorchForwardPass : IPeerPass
{
    readonly TorchNetwork network;
    readonly Torch x;

    public TorchForwardPass(EmbeddingNetwork ours, Shape shape, float[] pixels)
    {
        LibTorch.SetUp();
        network = new TorchNetwork(OpTrace.Of(ours, ours.ImageShape, training: false), trains: false);
        x = TorchNetwork.Of(shape, pixels);
    }

    /// <inheritdoc/>
    public void Run()
    {
        using IDisposable scope = NewDisposeScope(), quiet = no_grad();
        network.Forward(x);
    }

    /// <inheritdoc/>
    public float[] Result()
    {
        using IDisposable scope = NewDisposeScope(), quiet = no_grad();
        return [.. network.Forward(x).contiguous().data<float>()];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        network.Dispose();
        x.Dispose();
    }
}
