using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.Convolution;

/// <summary>The two products behind a convolution's passes, in the form that suits a kind of device.</summary>
interface IConvolutionProducts
{
    /// <summary>Whether filters may lie otherwise than one tap behind the other.</summary>
    bool TakesAnyLayout { get; }

    /// <summary>
    /// y = conv(x, weight), put where <paramref name="target"/> says, with filters that lie as
    /// <paramref name="filters"/> says. Bias and residual are any views where the target does not have them.
    /// </summary>
    void Multiply(
        DeviceView<float> x, DeviceView<float> weight, DeviceView<float> bias, DeviceView<float> residual,
        DeviceView<float> y, ConvolutionShape d, FilterLayout filters, ConvolutionTarget target);

    /// <summary>
    /// dw[k, tap] = the sum over the pixels of all images of dy and what the pixel sees through the tap.
    /// </summary>
    void BackwardWeight(
        DeviceView<float> x, DeviceView<float> dy, DeviceView<float> dw, ConvolutionShape d, int accumulate);
}
