using TripletGpu.Kernels;

namespace TripletGpu.Backends.Gpu;

/// <summary>
/// The products of a convolution on a device that is a CPU: columns are gathered straight into packed panels. Maps of
/// few
/// pixels share panels: the pixels of all images are counted on, and the result is put into the order of images after.
/// </summary>
sealed class PanelConvolution(IGpuDriver driver, GpuProducts products, GpuScratch scratch)
{
    // Below, the last panel of each image would be a large part of zeros.
    const int FewPixels = 128;

    // A copy's items take runs of at most a line or a map.
    const int CopyEach = 512;

    /// <summary>y = W * columns.</summary>
    public void Multiply(
        DeviceView<float> x, DeviceView<float> weight, DeviceView<float> y, ConvolutionShape d, int images)
    {
        (int together, int groups) = Groups(d, images);
        int columns = together * d.Pixels;
        DeviceView<float> packed = Gather(x, d, together, groups);
        DeviceView<float> result = together == 1 ? y : scratch.Take(ScratchUse.Product, (long)d.K * columns);
        products.RunPacked(weight, packed, result, new GemmDims(
            d.K, columns, d.Taps, d.Taps, 1, 0, 1, columns, 0, 0, d.K * d.Pixels, 0), groups);
        // [channel, image, pixel] to [image, channel, pixel]
        if (together > 1)
            Copy(result, y, (d.K, images, d.Pixels), (columns, d.Pixels), (d.Pixels, d.K * d.Pixels));
    }

    /// <summary>dx from W' dy; <paramref name="transposed"/> is W' with a row for each tap.</summary>
    public void BackwardInput(
        DeviceView<float> dy, DeviceView<float> transposed, DeviceView<float> dx, ConvolutionShape d, int images,
        int accumulate)
    {
        (int together, int groups) = Groups(d, images);
        int columns = together * d.Pixels;
        DeviceView<float> packed = Gather(dy, Map(d), together, groups);
        DeviceView<float> result = scratch.Take(ScratchUse.Product, (long)groups * d.Taps * columns);
        products.RunPacked(transposed, packed, result, new GemmDims(
            d.Taps, columns, d.K, d.K, 1, 0, 1, columns, 0, 0, d.Taps * columns, 0), groups);
        ConvolutionKernels.LaunchSumColumns(
            driver, images * d.C * d.H, result, dx, d, columns, together == 1 ? d.Taps * columns
            : d.Pixels, accumulate);
    }

    /// <summary>dW = dy * columns', the pixels of all images one after the other.</summary>
    public void BackwardWeight(
        DeviceView<float> x, DeviceView<float> dy, DeviceView<float> dw, ConvolutionShape d, int images, int accumulate)
    {
        int pixels = images * d.Pixels;
        DeviceView<float> packed = scratch.Take(ScratchUse.Columns, GpuProducts.PackedLength(pixels, d.Taps));
        ConvolutionPanelKernels.LaunchGatherTaps(
            driver, (d.P, GpuProducts.Panels(d.Taps), images), x, packed, d, images);
        DeviceView<float> rows = dy;
        if (images > 1)
        {
            rows = scratch.Take(ScratchUse.Product, (long)d.K * pixels);
            Copy(dy, rows, (images, d.K, d.Pixels), (d.K * d.Pixels, d.Pixels), (d.Pixels, pixels));
        }
        products.RunPacked(rows, packed, dw, new GemmDims(
            d.K, d.Taps, pixels, pixels, 1, 0, 1, d.Taps, 0, 0, 0, accumulate), 1);
    }

    DeviceView<float> Gather(DeviceView<float> x, ConvolutionShape d, int together, int groups)
    {
        int columns = together * d.Pixels;
        DeviceView<float> packed =
            scratch.Take(ScratchUse.Columns, (long)groups * GpuProducts.PackedLength(d.Taps, columns));
        ConvolutionPanelKernels.LaunchGatherPixels(
            driver, (GpuProducts.Panels(columns), groups), x, packed, d, together);
        return packed;
    }

    void Copy(
        DeviceView<float> from, DeviceView<float> to, (int, int, int) box, (int, int) source, (int, int) target)
    {
        var d = new StridedDims(
            1, 1, box.Item1, box.Item2, box.Item3, 0, 0, 0, source.Item1, source.Item2, 1, 0, 0, 0, target.Item1,
            target.Item2, 1, 0, 0, CopyEach);
        StridedCopyKernels.LaunchCopy(driver, box.Item1 * box.Item2 * d.Blocks, from, to, d, 1, accumulate: 0);
    }

    /// <summary>Images whose pixels are counted on, and how many such groups there are.</summary>
    static (int Together, int Groups) Groups(ConvolutionShape d, int images) =>
        d.Pixels < FewPixels ? (images, 1) : (1, images);

    /// <summary>The output map as the input of a 1 x 1 convolution: its columns are its pixels.</summary>
    static ConvolutionShape Map(ConvolutionShape d) => new(d.K, d.P, d.Q, d.C, 1, 1, d.P, d.Q, 1, 1, 0, 0, 1, 1);
}
