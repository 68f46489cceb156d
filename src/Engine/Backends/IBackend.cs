namespace TripletGpu.Backends;

/// <summary>
/// The seam between the engine and a device: what a new device must provide, in small interfaces by family. A backend
/// gets validated, contiguous tensors (images N C H W) that have elements; it never checks shapes, allocates outputs or
/// touches the tape.
/// Where a method takes a <see cref="Gradient"/>, it overwrites the target or adds to it as that says.
/// </summary>
public interface IBackend : IDisposable
{
    /// <summary>Blocks of device memory, copies and fills.</summary>
    IMemory Memory { get; }

    /// <summary>One value from one or two values: arithmetic, activations, dropout.</summary>
    IElementwise Elementwise { get; }

    /// <summary>Sums along axes, softmax, permutations.</summary>
    IReduction Reduction { get; }

    /// <summary>Matrix products.</summary>
    IMatMul MatMul { get; }

    /// <summary>Two-dimensional convolutions and what is fused into them.</summary>
    IConvolution Convolution { get; }

    /// <summary>Max, average and L2 pooling.</summary>
    IPooling Pooling { get; }

    /// <summary>Batch norm, local response norm, L2 normalisation.</summary>
    INormalization Normalization { get; }

    /// <summary>Triplet mining with its loss and gradient, nearest neighbours.</summary>
    IMetricLearning MetricLearning { get; }

    /// <summary>Losses on the similarities of pairs.</summary>
    IPairLosses PairLosses { get; }

    /// <summary>Parameter updates.</summary>
    IOptimizers Optimizers { get; }

    /// <summary>
    /// Whether the target of a <see cref="Gradient"/> may be the very tensor that it is made from
    /// (<see cref="Autograd.Op.InputInPlace"/>). A GPU's kernels are compiled for arguments that do not overlap.
    /// </summary>
    bool WritesGradientsInPlace => false;

    /// <summary>Runs operations side by side that do not read each other's results; null where none do.</summary>
    IBranches? Branches => null;
}
