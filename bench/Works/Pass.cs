namespace TripletGpu.Bench.Works;

/// <summary>Which way through a network or a layer.</summary>
public enum Pass
{
    /// <summary>Forward, in inference mode.</summary>
    Forward,

    /// <summary>Forward and backward; of a network the whole training step.</summary>
    Training,
}
