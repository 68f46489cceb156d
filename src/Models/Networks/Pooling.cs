namespace TripletGpu.Models.Networks;

/// <summary>How the pooling branch of an inception module pools.</summary>
public enum Pooling
{
    /// <summary>The largest value of the window.</summary>
    Max,

    /// <summary>The square root of the sum of squares over the window.</summary>
    L2,
}
