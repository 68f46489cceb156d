using TripletGpu.Backends.Gpu.Launching;

namespace TripletGpu.Runner.Configuration;

/// <summary>How long, from which seed, and what is saved.</summary>
public sealed record TrainConfig
{
    /// <summary>How often the data is gone through.</summary>
    public int Epochs { get; init; } = 2;

    /// <summary>Exactly so many batches instead of <see cref="Epochs"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>What all random numbers of the run come from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>A checkpoint after every so many steps; 0: only at the end.</summary>
    public int CheckpointEverySteps { get; init; } = 500;

    /// <summary>
    /// How many images of a batch the network holds at once: the rest waits, and the gradient is that of the whole
    /// batch; null: all of it.
    /// </summary>
    public int? GradientCache { get; init; }

    /// <summary>
    /// Whether the CPU computes 3x3 and 5x5 convolutions by Winograd's forms: about twice as fast, with rounding
    /// errors about ten times those of the direct form. Null: yes, but not with a sequential sampler, whose runs are
    /// compared with others.
    /// </summary>
    public bool? Winograd { get; init; }

    /// <summary>How a GPU multiplies in matrix products and convolutions.</summary>
    public MatrixPrecision Precision { get; init; }

    /// <summary>Whether an NVIDIA card is given the launches of a step together, as CUDA graphs.</summary>
    public bool Graphs { get; init; }

    /// <summary>What batch norm looks at where several ranks have a batch between them.</summary>
    public RankBatchNorm BatchNorm { get; init; } = RankBatchNorm.Synchronized;

    /// <summary>
    /// After how many evaluations without a higher precision at 1 on the validation part the run ends; null: never.
    /// </summary>
    public int? Patience { get; init; }

    /// <summary>Whether files for TensorBoard are written, into the run's folder <c>tensorboard</c>.</summary>
    public bool TensorBoard { get; init; }

    /// <summary>How many checkpoints are kept.</summary>
    public int Keep { get; init; } = 2;
}
