using TripletGpu.Models;
using TripletGpu.Runner.Bench;
using static TorchSharp.torch;
using Torch = TorchSharp.torch.Tensor;

namespace TripletGpu.Bench.Peers;

/// <summary>Forward and backward of a layer by LibTorch.</summary>
sealed class TorchBackwardPass : IBenchPass
{
    readonly TorchNetwork network;
    readonly Torch x, dy;

    public TorchBackwardPass(EmbeddingNetwork ours, Shape shape, float[] values, float[] gradient)
    {
        LibTorch.SetUp();
        network = new TorchNetwork(OpTrace.Of(ours, ours.ImageShape, training: true), trains: true);
        x = TorchNetwork.Of(shape, values);
        x.requires_grad = true;
        dy = TorchNetwork.Of(new Shape(shape[0], ours.Dimension), gradient);
    }

    /// <inheritdoc/>
    public void Run()
    {
        using IDisposable scope = NewDisposeScope();
        x.grad = null;
        foreach (TorchSharp.Modules.Parameter parameter in network.Parameters) parameter.grad = null;
        network.Forward(x).backward([dy]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        network.Dispose();
        x.Dispose();
        dy.Dispose();
    }
}
