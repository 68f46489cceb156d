using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu;

/// <summary>
/// The embedded default: plain C# with the hardware's vector instructions on all cores. No driver, nothing to install.
/// </summary>
public sealed class CpuBackend : IBackend, IBranches
{
    /// <summary>The most threads that it takes: each has scratch memory for each of them.</summary>
    public const int MostThreads = 1024;

    readonly Workspace[] workspaces;

    /// <param name="threads">
    /// Threads to compute with, the caller's included, up to <see cref="MostThreads"/>; 0 takes one a core.
    /// </param>
    /// <param name="instructions">The vector instructions to use; null takes the best of this machine.</param>
    /// <exception cref="PlatformNotSupportedException">
    /// This machine does not run <paramref name="instructions"/>.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of threads is negative or too large.</exception>
    public CpuBackend(int threads = 0, CpuInstructionSet? instructions = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, MostThreads);
        Instructions = instructions ?? CpuInstructionSets.Best;
        if (!CpuInstructionSets.IsSupported(Instructions))
            throw new PlatformNotSupportedException($"this processor does not run {Instructions}");
        Workers = new WorkerPool(threads > 0 ? threads : Math.Min(Environment.ProcessorCount, MostThreads));
        workspaces = [.. Enumerable.Range(0, Workers.Threads).Select(_ => new Workspace(Workers.Threads))];
        Memory = new CpuMemory();
        Elementwise = new CpuElementwise(this);
        Reduction = new CpuReduction(this);
        Optimizers = new CpuOptimizers(this);
        (MatMul, Convolution, Pooling, Normalization, MetricLearning, PairLosses) = Instructions switch
        {
            CpuInstructionSet.Avx512 => Families<Simd512>(),
            CpuInstructionSet.Avx2 => Families<Simd256>(),
            _ => Families<Simd128>(),
        };
    }

    (IMatMul, IConvolution, IPooling, INormalization, IMetricLearning, IPairLosses) Families<V>()
        where V : unmanaged, ITileVector<V>, IDistanceVector<V> =>
    (
        new CpuMatMul<V>(this), new CpuConvolution<V>(this), new CpuPooling<V>(this), new CpuNormalization<V>(this),
        new CpuMetricLearning<V>(this), new CpuPairLosses<V>(this)
    );

    /// <summary>The vector instructions in use.</summary>
    public CpuInstructionSet Instructions { get; }

    /// <summary>Floats in a vector.</summary>
    internal int Lanes => Instructions switch
    {
        CpuInstructionSet.Avx512 => Simd512.Count,
        CpuInstructionSet.Avx2 => Simd256.Count,
        _ => Simd128.Count,
    };

    /// <summary>The threads that share each operation.</summary>
    public WorkerPool Workers { get; }

    /// <summary>
    /// Whether 3x3 and 5x5 convolutions of stride 1 may take the Winograd form, which multiplies a quarter as often and
    /// rounds some ten times worse (relative errors of 1e-5 instead of 1e-6).
    /// </summary>
    public bool UseWinograd { get; set; } = true;

    /// <summary>Scratch memory of the operation in progress: of each branch another.</summary>
    internal Workspace Workspace => workspaces[Workers.BranchThread];

    /// <summary>Similarities of pairs, which lie beside the scratch memory of the products that make them.</summary>
    internal Workspace Strips { get; } = new(threads: 0);

    /// <inheritdoc/>
    public IMemory Memory { get; }

    /// <inheritdoc/>
    public IElementwise Elementwise { get; }

    /// <inheritdoc/>
    public IReduction Reduction { get; }

    /// <inheritdoc/>
    public IMatMul MatMul { get; }

    /// <inheritdoc/>
    public IConvolution Convolution { get; }

    /// <inheritdoc/>
    public IPooling Pooling { get; }

    /// <inheritdoc/>
    public INormalization Normalization { get; }

    /// <inheritdoc/>
    public IMetricLearning MetricLearning { get; }

    /// <inheritdoc/>
    public IPairLosses PairLosses { get; }

    /// <inheritdoc/>
    public IOptimizers Optimizers { get; }

    bool IBackend.WritesGradientsInPlace => true;

    IBranches? IBackend.Branches => Workers.Threads > 1 ? this : null;

    void IBranches.Run(int count, Action<int> branch) => Workers.ForEachBranch(count, branch);

    int IBranches.Parts => Workers.Threads;

    void IBranches.RunParts(Action<int> part) => Workers.ForEachPart(part);

    /// <summary>Ends the worker threads.</summary>
    public void Dispose()
    {
        Workers.Dispose();
        foreach (Workspace workspace in workspaces) workspace.Dispose();
        Strips.Dispose();
    }
}
