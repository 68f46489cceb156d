using TripletGpu.Kernels;

namespace TripletGpu.Backends.Gpu;

/// <summary>
/// Convolutions on a GPU: the matrix of columns of some images at a time, then a batch of matrix products. A 1 x 1
/// convolution with stride 1 takes its maps as they lie.
/// </summary>
sealed class GpuConvolution(IGpuDriver driver, LaunchPlan plan, GpuProducts products, GpuScratch scratch) : IConvolution
{
    // Terms of one float sum of a weight's gradient.
    const int LongestSum = 4096;

    readonly PanelConvolution panels = new(driver, products, scratch);

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
            driver, dims.N * d.K * (d.P / 2), map, bias.Floats(), y.Floats(), index.Ints(), Pool(d));
    }

    public void BackwardReluMaxPool(
        Tensor x, Tensor weight, Tensor index, Tensor dy, Gradient dx, Gradient dw, Gradient db,
        in ConvolutionDims dims)
    {
        ConvolutionShape d = Shape(dims);
        DeviceView<float> map = scratch.Take(ScratchUse.Map, (long)dims.N * d.K * d.P * d.Q);
        ReluPoolKernels.LaunchBackward(driver, dims.N * d.K * d.P, index.Ints(), dy.Floats(), map, Pool(d));
        if (dx.IsNeeded) BackwardInput(map, weight.Floats(), dx, d, dims.N);
        if (dw.IsNeeded) BackwardWeight(x.Floats(), map, dw, d, dims.N);
        if (db.IsNeeded) BackwardBias(map, db, d, dims.N);
    }

    /// <summary>y = W * columns, for each image.</summary>
    void Multiply(DeviceView<float> x, DeviceView<float> weight, DeviceView<float> y, ConvolutionShape d, int images)
    {
        int map = d.C * d.H * d.W, output = d.K * d.Pixels;
        ForEachPart(images, d, (first, count) =>
        {
            DeviceView<float> input = x.Slice(first * map, count * map),
                result = y.Slice(first * output, count * output);
            if (plan.UsesPanels) panels.Multiply(input, weight, result, d, count);
            else
                products.Run(weight, IsPointwise(d) ? input : Columns(input, d, count), result, new GemmDims(
                    d.K, d.Pixels, d.Taps, d.Taps, 1, d.Pixels, 1, d.Pixels, 0, d.Taps * d.Pixels, output, 0), count);
        });
    }

    /// <summary>The columns' gradient = W' dy for each image, then every line gathers its own.</summary>
    void BackwardInput(DeviceView<float> dy, DeviceView<float> weight, Gradient dx, ConvolutionShape d, int images)
    {
        int map = d.C * d.H * d.W, output = d.K * d.Pixels;
        DeviceView<float> target = dx.Target!.Floats(), transposed = scratch.Take(ScratchUse.Weight, d.Taps * d.K);
        TransposeKernels.LaunchTranspose(driver, (d.K, d.Taps, 1), weight, transposed, d.K, d.Taps, d.K, accumulate: 0);
        ForEachPart(images, d, (first, count) =>
        {
            DeviceView<float> gradient = dy.Slice(first * output, count * output);
            DeviceView<float> input = target.Slice(first * map, count * map);
            if (plan.UsesPanels)
            {
                panels.BackwardInput(gradient, transposed, input, d, count, dx.Adds());
                return;
            }
            DeviceView<float> columns = IsPointwise(d)
                ? input
                : scratch.Take(ScratchUse.Columns, (long)count * d.Taps * d.Pixels);
            products.Run(transposed, gradient, columns, new GemmDims(
                d.Taps, d.Pixels, d.K, d.K, 1, d.Pixels, 1, d.Pixels, 0, output, d.Taps * d.Pixels,
                IsPointwise(d) ? dx.Adds() : 0), count);
            if (!IsPointwise(d))
                ConvolutionKernels.LaunchSumColumns(
                    driver, count * d.C * d.H, columns, input, d, d.Pixels, d.Taps * d.Pixels, dx.Adds());
        });
    }

    /// <summary>dW = the sum over images of dy * columns', in parts: sums of some thousand terms, then of
    /// those.</summary>
    void BackwardWeight(DeviceView<float> x, DeviceView<float> dy, Gradient dw, ConvolutionShape d, int images)
    {
        int map = d.C * d.H * d.W, output = d.K * d.Pixels;
        DeviceView<float> target = dw.Target!.Floats();
        int each = plan.UsesPanels
            ? Math.Min(plan.ImagesAtOnce(images, (long)d.Taps * d.Pixels), Math.Max(1, LongestSum / d.Pixels))
            : 1;
        for (int first = 0; first < images; first += each)
        {
            int count = Math.Min(each, images - first), adds = first > 0 ? 1 : dw.Adds();
            DeviceView<float> input = x.Slice(first * map, count * map);
            DeviceView<float> gradient = dy.Slice(first * output, count * output);
            if (plan.UsesPanels) panels.BackwardWeight(input, gradient, target, d, count, adds);
            else
                products.Run(gradient, IsPointwise(d) ? input : Columns(input, d, 1), target, new GemmDims(
                    d.K, d.Taps, d.Pixels, d.Pixels, 1, 1, d.Pixels, d.Taps, 0, 0, 0, adds));
        }
    }

    void BackwardBias(DeviceView<float> dy, Gradient db, ConvolutionShape d, int images)
    {
        DeviceView<float> sums = scratch.Take(ScratchUse.Sums, (long)images * d.K);
        ReductionKernels.LaunchSumByItem(driver, images * d.K, dy, sums, new(images * d.K, d.P * d.Q, 1), 1, 0);
        ReductionKernels.LaunchSumByItem(driver, d.K, sums, db.Target!.Floats(), new(1, images, d.K), 1, db.Adds());
    }

    /// <summary>The matrices of columns of some images.</summary>
    DeviceView<float> Columns(DeviceView<float> x, ConvolutionShape d, int count)
    {
        DeviceView<float> columns = scratch.Take(ScratchUse.Columns, (long)count * d.Taps * d.Pixels);
        ConvolutionKernels.LaunchGatherColumns(driver, columns.Length, x, columns, d);
        return columns;
    }

    void ForEachPart(int images, ConvolutionShape d, Action<int, int> run)
    {
        int each = plan.ImagesAtOnce(images, IsPointwise(d) ? 0 : (long)d.Taps * d.Pixels);
        for (int first = 0; first < images; first += each) run(first, Math.Min(each, images - first));
    }

    internal static bool IsPointwise(ConvolutionShape d) =>
        d is { R: 1, S: 1, StrideH: 1, StrideW: 1, Top: 0, Left: 0 } && d.P == d.H && d.Q == d.W;

    static ConvolutionShape Shape(in ConvolutionDims d)
    {
        ConvolutionGeometry g = d.Geometry;
        return new(
            d.C, d.H, d.W, d.K, d.R, d.S, d.P, d.Q, g.StrideH, g.StrideW, g.PaddingTop, g.PaddingLeft,
            g.DilationH, g.DilationW);
    }

    static ReluPoolDims Pool(ConvolutionShape d) => new(d.K, d.P, d.Q, d.P / 2, d.Q / 2);
}
