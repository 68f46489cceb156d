namespace TripletGpu.Runner.Configuration;

/// <summary>Which images make up a batch.</summary>
public sealed record SamplerConfig
{
    /// <summary>How images are chosen.</summary>
    public SamplerKind Kind { get; init; } = SamplerKind.Balanced;

    /// <summary>balanced: P, the classes in a batch.</summary>
    public int Classes { get; init; } = 10;

    /// <summary>balanced: K, the images of each class in a batch.</summary>
    public int PerClass { get; init; } = 13;

    /// <summary>balanced: what is done about classes with fewer than K images.</summary>
    public ShortClasses Short { get; init; } = ShortClasses.Skip;

    /// <summary>Images in a batch; null: P x K for balanced, else 128.</summary>
    public int? Batch { get; init; }
}

/// <summary>
/// Skip: such classes are never drawn. Repeat: their images come more than once in a batch. Fewer: they come with what
/// they have, and more classes fill the batch.
/// </summary>
public enum ShortClasses { Skip, Repeat, Fewer }

/// <summary>
/// Balanced: P classes with K images each. Shuffled: a new order each epoch. Sequential: the order of the files,
/// wrapping round.
/// </summary>
public enum SamplerKind { Balanced, Shuffled, Sequential }
