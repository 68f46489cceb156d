using TripletGpu.Backends;

namespace TripletGpu.Support;

/// <summary>The operations of one backend with the memory of another; it owns neither.</summary>
public sealed class GuardedBackend(IBackend operations, IMemory memory) : IBackend
{
    public IMemory Memory => memory;

    public IElementwise Elementwise => operations.Elementwise;

    public IReduction Reduction => operations.Reduction;

    public IMatMul MatMul => operations.MatMul;

    public IConvolution Convolution => operations.Convolution;

    public IPooling Pooling => operations.Pooling;

    public INormalization Normalization => operations.Normalization;

    public IMetricLearning MetricLearning => operations.MetricLearning;
    public IPairLosses PairLosses => operations.PairLosses;

    public IOptimizers Optimizers => operations.Optimizers;

    public void Dispose()
    {
    }
}
