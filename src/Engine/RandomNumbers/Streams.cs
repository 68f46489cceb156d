namespace TripletGpu.RandomNumbers;

/// <summary>The Philox stream numbers of one seed, so that no two uses share random numbers.</summary>
public static class Streams
{
    /// <summary>Order and composition of batches.</summary>
    public const ulong Sampling = 1;

    /// <summary>Dropout masks; the layer's number is added.</summary>
    public const ulong Dropout = 1UL << 32;

    /// <summary>First values of parameters; the parameter's position is added.</summary>
    public const ulong Initialization = 2UL << 32;

    /// <summary>Augmentation of images.</summary>
    public const ulong Augmentation = 3UL << 32;

    /// <summary>Random choice of negatives.</summary>
    public const ulong Mining = 4UL << 32;

    /// <summary>Which images of a class are kept for testing.</summary>
    public const ulong Split = 2;

    /// <summary>Which images of a class are kept for choosing the best network.</summary>
    public const ulong Validation = 3;

    /// <summary>Random choices of the evaluation protocols.</summary>
    public const ulong Evaluation = 5UL << 32;
}
