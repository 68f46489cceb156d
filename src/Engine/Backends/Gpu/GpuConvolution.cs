using TripletGpu.Kernels;

namespace TripletGpu.Backends.Gpu;

/// <summary>
/// Convolutions on a GPU: the matrix of columns of some images at a time, then a batch of matrix products. A 1 x 1
/// convolution with stride 1 takes its maps as they lie.
/// </summary>
sealed class GpuConvolution(IGpuDriver driver, LaunchPlan plan, GpuProducts products, GpuScratch scratch) : IConvolution
{
    public void Forward(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor y, in ConvolutionDims dims,
        bool relu)
    {
        DeviceView<float> output = y.Floats();
        ConvolutionShape d = Shape(dims);
        Multiply(x.Floats(), weight.Floats(), output, d, dims.N);
        if (bias is null && residual is null && !relu) return;
        ConvolutionKernels.LaunchFinish(
            driver, y.Items(), bias?.Floats() ?? output, residual?.Floats() ?? output, output, d.K, d.P * d.Q,
            bias is null ? 0 : 1, residual is null ? 0 : 1, relu ? 1 : 0);
    }

    public void BackwardInput(Tensor dy, Tensor weight, Gradient dx, in ConvolutionDims dims)
    {
        if (dx.IsNeeded) BackwardInput(dy.Floats(), weight.Floats(), dx, Shape(dims), dims.N);
    }

    public void BackwardWeight(Tensor x, Tensor dy, Gradient dw, in ConvolutionDims dims)
    {
        if (dw.IsNeeded) BackwardWeight(x.Floats(), dy.Floats(), dw, Shape(dims), dims.N);
    }

    public void BackwardBias(Tensor dy, Gradient db, in ConvolutionDims dims)
    {
        if (db.IsNeeded) BackwardBias(dy.Floats(), db, Shape(dims), dims.N);
    }

    public void BackwardRelu(Tensor y, Tensor dy) =>
        ConvolutionKernels.LaunchCutRelu(driver, y.Items(), y.Floats(), dy.Floats());

    public void ForwardReluMaxPool(Tensor x, Tensor weight, Tensor bias, Tensor y, Tensor index,
        in ConvolutionDims dims)
    {
        ConvolutionShape d = Shape(dims);
        DeviceView<float> map = scratch.Take(ScratchUse.Map, (long)dims.N * d.K * d.P * d.Q);
        Multiply(x.Floats(), weight.Floats(), map, d, dims.N);
        ReluPoolKernels.LaunchForward(
            driver, (y.Items() + 3) / 4, map, bias.Floats(), y.Floats(), index.Ints(), Pool(d, dims.N));
    }

    public void BackwardReluMaxPool(
        Tensor x, Tensor weight, Tensor index, Tensor dy, Gradient dx, Gradient dw, Gradient db,
        in ConvolutionDims dims)
    {
        ConvolutionShape d = Shape(dims);
        DeviceView<float> map = scratch.Take(ScratchUse.Map, (long)dims.N * d.K * d.P * d.Q);
        ReluPoolKernels.LaunchBackward(driver, map.Length, index.Ints(), dy.Floats(), map, Pool(d, dims.N));
        if (dx.IsNeeded) BackwardInput(map, weight.Floats(), dx, d, dims.N);
        if (dw.IsNeeded) BackwardWeight(x.Floats(), map, dw, d, dims.N);
        if (db.IsNeeded) BackwardBias(map, db, d, dims.N);
    }

    /// <summary>y = W * columns, for each image.</summary>
    void Multiply(DeviceView<float> x, DeviceView<float> weight, DeviceView<float> y, ConvolutionShape d, int images)
    {
        int pixels = d.P * d.Q;
        ForEachPart(images, d, (first, count) =>
        {
            (DeviceView<float> columns, int stride) = Columns(x, d, first, count);
            products.Run(weight, columns, y.Slice(first * d.K * pixels, count * d.K * pixels), new GemmDims(
                d.K, pixels, d.Taps, d.Taps, 1, stride, 1, pixels, pixels, 0, d.Taps * stride, d.K * pixels, 0), count);
        });
    }

    /// <summary>The columns' gradient = W' dy for each image, then every pixel gathers its own.</summary>
    void BackwardInput(DeviceView<float> dy, DeviceView<float> weight, Gradient dx, ConvolutionShape d, int images)
    {
        int pixels = d.P * d.Q, map = d.C * d.H * d.W;
        DeviceView<float> target = dx.Target!.Floats();
        ForEachPart(images, d, (first, count) =>
        {
            DeviceView<float> output = dy.Slice(first * d.K * pixels, count * d.K * pixels);
            DeviceView<float> input = target.Slice(first * map, count * map);
            int stride = IsPointwise(d) ? pixels : d.Columns;
            DeviceView<float> columns = IsPointwise(d) ? input
                : scratch.Take(ScratchUse.Columns, (long)count * d.Taps * stride);
            products.Run(weight, output, columns, new GemmDims(
                d.Taps, pixels, d.K, 1, d.Taps, pixels, 1, stride, pixels, 0, d.K * pixels, d.Taps * stride,
                IsPointwise(d) ? dx.Adds() : 0), count);
            if (!IsPointwise(d)) ConvolutionKernels.LaunchSumColumns(driver, input.Length, columns, input, d,
                dx.Adds());
        });
    }

    /// <summary>
    /// dW' = the sum over images of columns * dy', one product an image: sums of one image's pixels, then of images.
    /// </summary>
    void BackwardWeight(DeviceView<float> x, DeviceView<float> dy, Gradient dw, ConvolutionShape d, int images)
    {
        int pixels = d.P * d.Q, filters = GpuProducts.WholePanels(d.K);
        DeviceView<float> product = scratch.Take(ScratchUse.Product, (long)d.Taps * d.K);
        bool isFirst = true;
        ForEachPart(images, d, (first, count) =>
        {
            (DeviceView<float> columns, int stride) = Columns(x, d, first, count);
            DeviceView<float> transposed = scratch.Take(ScratchUse.Transposed, (long)count * pixels * filters);
            TransposeKernels.LaunchTranspose(
                driver, (d.K, pixels, count), dy.Slice(first * d.K * pixels, count * d.K * pixels), transposed, d.K,
                pixels,
                filters, accumulate: 0);
            for (int i = 0; i < count; i++)
            {
                products.Run(
                    columns.Slice(i * d.Taps * stride, d.Taps * stride),
                    transposed.Slice(i * pixels * filters, pixels * filters),
                    product,
                    new GemmDims(
                        d.Taps, d.K, pixels, stride, 1, filters, 1, d.K, d.K, 0, 0, 0, isFirst ? 0 : 1));
                isFirst = false;
            }
        });
        TransposeKernels.LaunchTranspose(
            driver, (d.Taps, d.K, 1), product, dw.Target!.Floats(), d.Taps, d.K, d.Taps, dw.Adds());
    }

    void BackwardBias(DeviceView<float> dy, Gradient db, ConvolutionShape d, int images)
    {
        DeviceView<float> sums = scratch.Take(ScratchUse.Sums, (long)images * d.K);
        ReductionKernels.LaunchSumByItem(driver, images * d.K, dy, sums, new(images * d.K, d.P * d.Q, 1), 1, 0);
        ReductionKernels.LaunchSumByItem(driver, d.K, sums, db.Target!.Floats(), new(1, images, d.K), 1, db.Adds());
    }

    /// <summary>The matrices of columns of some images, and the length of their rows.</summary>
    (DeviceView<float> Columns, int Stride) Columns(DeviceView<float> x, ConvolutionShape d, int first, int count)
    {
        int map = d.C * d.H * d.W;
        DeviceView<float> part = x.Slice(first * map, count * map);
        if (IsPointwise(d)) return (part, d.P * d.Q);
        DeviceView<float> columns = scratch.Take(ScratchUse.Columns, (long)count * d.Taps * d.Columns);
        ConvolutionKernels.LaunchGatherColumns(driver, count * d.Taps, part, columns, d);
        return (columns, d.Columns);
    }

    void ForEachPart(int images, ConvolutionShape d, Action<int, int> run)
    {
        int each = plan.ImagesAtOnce(images, IsPointwise(d) ? 0 : (long)d.Taps * d.Columns);
        for (int first = 0; first < images; first += each) run(first, Math.Min(each, images - first));
    }

    static bool IsPointwise(ConvolutionShape d) =>
        d is { R: 1, S: 1, StrideH: 1, StrideW: 1, Top: 0, Left: 0 } && d.P == d.H && d.Q == d.W;

    static ConvolutionShape Shape(in ConvolutionDims d)
    {
        ConvolutionGeometry g = d.Geometry;
        return new(
            d.C, d.H, d.W, d.K, d.R, d.S, d.P, d.Q, g.StrideH, g.StrideW, g.PaddingTop, g.PaddingLeft, g.DilationH,
            g.DilationW, GpuProducts.WholePanels(d.P * d.Q));
    }

    static ReluPoolDims Pool(ConvolutionShape d, int images) =>
        new(images * d.K * (d.P / 2) * (d.Q / 2), d.K, d.P, d.Q, d.P / 2, d.Q / 2);
}
