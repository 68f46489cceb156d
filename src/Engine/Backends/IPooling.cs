using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends;

/// <summary>
/// Pooling of each plane of N C H W images over a window of R x S. Every window meets the image; what hangs over its
/// edge takes no part, except in an average that counts padding.
/// </summary>
public interface IPooling
{
    /// <summary>
    /// y = max over the window. <paramref name="taps"/>, a float tensor of y's shape, gets the place r * S + s of the
    /// maximum in its window: the first of equals. NaN wins.
    /// </summary>
    void Max(Tensor x, Tensor y, Tensor taps, PlaneWindow d);

    /// <summary>
    /// Channels of the blocks in which <see cref="Max(Tensor, Tensor, Tensor, PlaneWindow)"/> gives maxima of planes
    /// where training goes on with them, and takes their gradients; 0: in planes.
    /// </summary>
    int TurnedChannelBlock => 0;

    /// <summary>Whether there is a maximum that keeps no taps, for where no gradient will be asked for.</summary>
    bool HasMaxAlone => false;

    /// <summary>y = max over the window. NaN wins.</summary>
    void Max(Tensor x, Tensor y, PlaneWindow d) =>
        throw new NotSupportedException($"{GetType().Name} has no maximum without taps");

    /// <summary>dx = sum of dy over the windows that took their maximum there.</summary>
    void MaxBackward(Tensor taps, Tensor dy, Gradient dx, PlaneWindow d);

    /// <summary>
    /// y = mean over the window, of its elements inside the image or, with <paramref name="countPadding"/>, inside the
    /// padded image.
    /// </summary>
    void Average(Tensor x, Tensor y, PlaneWindow d, bool countPadding);

    /// <summary>dx = sum over the windows of dy / elements of the window.</summary>
    void AverageBackward(Tensor dy, Gradient dx, PlaneWindow d, bool countPadding);

    /// <summary>y = sqrt(sum of x^2 over the window).</summary>
    void L2(Tensor x, Tensor y, PlaneWindow d);

    /// <summary>dx = x * (sum over the windows of dy / y), where a window with y = 0 adds nothing.</summary>
    void L2Backward(Tensor x, Tensor y, Tensor dy, Gradient dx, PlaneWindow d);

    /// <summary>y = mean of each plane; (N, C, H, W) gives (N, C).</summary>
    void GlobalAverage(Tensor x, Tensor y);

    /// <summary>dx = dy / (H * W).</summary>
    void GlobalAverageBackward(Tensor dy, Gradient dx);
}
