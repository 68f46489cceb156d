using TripletGpu.Runner.Bench;
using static TorchSharp.torch;
using Torch = TorchSharp.torch.Tensor;

namespace TripletGpu.Bench.Peers;

/// <summary>Semi-hard mining with its gradient by LibTorch.</summary>
sealed class TorchMiningPass : IBenchPass
{
    readonly Torch embeddings, labels;

    public TorchMiningPass(int n)
    {
        LibTorch.SetUp();
        labels = tensor([.. Enumerable.Range(0, n).Select(i => (long)(i / MiningPass.PerClass))]);
        embeddings = nn.functional.normalize(randn(n, MiningPass.Width)).requires_grad_();
    }

    /// <inheritdoc/>
    public void Run()
    {
        using IDisposable scope = NewDisposeScope();
        embeddings.grad = null;
        TorchLoss.SemiHard(embeddings, labels).backward();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        embeddings.Dispose();
        labels.Dispose();
    }
}
