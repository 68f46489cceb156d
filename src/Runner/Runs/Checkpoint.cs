namespace TripletGpu.Runner.Runs;

/// <summary>A checkpoint on disk whose files have been compared with its manifest.</summary>
/// <param name="Step">After how many steps it was taken.</param>
/// <param name="Folder">Where its files lie.</param>
sealed record Checkpoint(long Step, string Folder)
{
    /// <summary>Parameters and statistics by name.</summary>
    public const string Weights = "weights.safetensors";

    /// <summary>The optimizer's tensors by parameter name.</summary>
    public const string Optimizer = "optimizer.safetensors";

    /// <summary>The parameters of a classifier, or weights of the classes; only while they train.</summary>
    public const string Classifier = "classifier.safetensors";

    /// <summary>Earlier embeddings that batches meet; only with a cross-batch memory.</summary>
    public const string Memory = "memory.safetensors";

    /// <summary>Counters and what the run has found so far.</summary>
    public const string State = "state.json";

    /// <summary>The path of one of its files.</summary>
    public string PathOf(string file) => Path.Combine(Folder, file);
}
