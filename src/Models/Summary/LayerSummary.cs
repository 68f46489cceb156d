namespace TripletGpu.Models.Summary;

/// <summary>One operation of a network's forward pass.</summary>
/// <param name="Name">The module whose parameters it uses, or its kind with a number.</param>
/// <param name="Kind">The operation.</param>
/// <param name="Output">The shape of its output, without the batch.</param>
/// <param name="Parameters">The weights it uses that no earlier operation used; statistics are not counted.</param>
/// <param name="Macs">The multiply-adds for one input.</param>
public sealed record LayerSummary(string Name, string Kind, int[] Output, long Parameters, long Macs)
{
    /// <summary>The bytes of its output for one input.</summary>
    public long ActivationBytes { get; init; }
}
