namespace TripletGpu.Models.Networks;

/// <summary>
/// One row of the table of an inception network: output channels of each convolution, 0 where there is none.
/// </summary>
/// <param name="Name">Such as <c>3a</c>.</param>
/// <param name="One">The 1x1 branch.</param>
/// <param name="ThreeReduce">The 1x1 convolution before the 3x3.</param>
/// <param name="Three">The 3x3 convolution.</param>
/// <param name="FiveReduce">The 1x1 convolution before the 5x5.</param>
/// <param name="Five">The 5x5 convolution.</param>
/// <param name="Pooling">The 3x3 pooling of the last branch.</param>
/// <param name="Projection">The 1x1 convolution after the pooling; 0 lets the pooled input through.</param>
/// <param name="Stride">Of the 3x3, the 5x5 and the pooling: 2 halves the map.</param>
public sealed record InceptionRow(
    string Name, int One, int ThreeReduce, int Three, int FiveReduce, int Five, Pooling Pooling, int Projection,
    int Stride = 1)
{
    /// <summary>The channels of the module's output for an input of <paramref name="inputChannels"/>.</summary>
    public int OutputChannels(int inputChannels) =>
        One + Three + Five + (Projection > 0 ? Projection : inputChannels);

    /// <summary>
    /// The same module with each count of channels times <paramref name="share"/> / <paramref name="of"/>.
    /// </summary>
    public InceptionRow Scaled(int share, int of) => this with
    {
        One = One * share / of,
        ThreeReduce = ThreeReduce * share / of,
        Three = Three * share / of,
        FiveReduce = FiveReduce * share / of,
        Five = Five * share / of,
        Projection = Projection * share / of,
    };
}
