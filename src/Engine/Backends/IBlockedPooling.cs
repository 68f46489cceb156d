using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends;

/// <summary>
/// Pooling of maps that lie in blocks of channels, as <see cref="IConvolution.ChannelBlock"/> says. The window is that of
/// each plane, as in <see cref="IPooling"/>.
/// </summary>
public interface IBlockedPooling
{
    /// <summary>y = max over the window. NaN wins.</summary>
    void Max(Tensor x, Tensor y, PlaneWindow d);

    /// <summary>y = sqrt(sum of x^2 over the window).</summary>
    void L2(Tensor x, Tensor y, PlaneWindow d);
}
