using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>
/// x where it is at least 0, elsewhere slope * x, with a slope for each channel of (N, C, H, W) that is learned.
/// </summary>
/// <remarks>He et al. 2015. ArcFace, MobileFaceNet and SphereFace have it after their convolutions.</remarks>
public sealed class PRelu : Module
{
    const float FirstSlope = 0.25f;
    readonly Parameter weight;

    /// <param name="device">Where the slopes live.</param>
    /// <param name="channels">C.</param>
    public PRelu(Device device, int channels) : base(device) =>
        weight = AddParameter("weight", new Shape(channels, 1, 1), new Initializer.Constant(FirstSlope));

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.PRelu(weight.Value);
}
