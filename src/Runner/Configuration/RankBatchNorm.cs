namespace TripletGpu.Runner.Configuration;

/// <summary>What batch norm looks at where several ranks have a batch between them.</summary>
public enum RankBatchNorm
{
    /// <summary>The statistics of the whole batch: the network is that of one process.</summary>
    Synchronized,

    /// <summary>
    /// Those of the rank's own images: no waiting for the others in each norm, and another network, which depends on
    /// the number of ranks.
    /// </summary>
    Local,

    /// <summary>The running statistics, as constants, on any number of ranks: for pretrained networks.</summary>
    Frozen,
}
