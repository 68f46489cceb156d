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
        var dims = new GemmDims(
            d.K, d.Pixels, d.Taps, d.Taps, 1, d.Pixels, 1, d.Pixels, 0, d.Taps * d.Pixels, output, Accumulate: 0);
        ForEachPart(images, d, (first, count) =>
        {
            DeviceView<float> input = x.Slice(first * map, count * map),
                result = y.Slice(first * output, count * output);
            if (IsPointwise(d)) products.Run(weight, input, result, dims, count);
            else if (plan.UsesPanels)
            {
                int panels = GpuProducts.Panels(d.Pixels);
                DeviceView<float> packed =
                    scratch.Take(ScratchUse.Columns, (long)count * GpuProducts.PackedLength(d.Taps, d.Pixels));
                ConvolutionPanelKernels.LaunchGatherPixels(driver, (panels, count), input, packed, d);
                products.RunPacked(weight, packed, result, dims, count);
            }
            else products.Run(weight, Columns(input, d, count), result, dims, count);
        });
    }

    /// <summary>The columns' gradient = W' dy for each image, then every line gathers its own.</summary>
    void BackwardInput(DeviceView<float> dy, DeviceView<float> weight, Gradient dx, ConvolutionShape d, int images)
    {
        int map = d.C * d.H * d.W, output = d.K * d.Pixels;
        DeviceView<float> target = dx.Target!.Floats(), transposed = scratch.Take(ScratchUse.Weight, d.Taps * d.K);
        TransposeKernels.LaunchTranspose(driver, (d.K, d.Taps, 1), weight, transposed, d.K, d.Taps, d.K, accumulate: 0);
        var dims = new GemmDims(
            d.Taps, d.Pixels, d.K, d.K, 1, d.Pixels, 1, d.Pixels, 0, output, d.Taps * d.Pixels,
            IsPointwise(d) ? dx.Adds() : 0);
        ForEachPart(images, d, (first, count) =>
        {
            DeviceView<float> gradient = dy.Slice(first * output, count * output);
            DeviceView<float> input = target.Slice(first * map, count * map);
            DeviceView<float> columns = IsPointwise(d)
                ? input
                : scratch.Take(ScratchUse.Columns, (long)count * d.Taps * d.Pixels);
            products.Run(transposed, gradient, columns, dims, count);
            if (!IsPointwise(d))
                ConvolutionKernels.LaunchSumColumns(driver, count * d.C * d.H, columns, input, d, dx.Adds());
        });
    }

    /// <summary>
    /// dW = the sum over images of dy * columns': a product for each image, side by side as far as memory goes, then
    /// their
    /// sum in the order of the images.
    /// </summary>
    void BackwardWeight(DeviceView<float> x, DeviceView<float> dy, Gradient dw, ConvolutionShape d, int images)
    {
        int map = d.C * d.H * d.W, output = d.K * d.Pixels, weights = d.K * d.Taps;
        DeviceView<float> target = dw.Target!.Floats();
        int each = plan.ImagesAtOnce(images, Math.Max(weights, IsPointwise(d) ? 0 : (long)d.Taps * d.Pixels));
        DeviceView<float> results = scratch.Take(ScratchUse.Weight, (long)each * weights);
        for (int first = 0; first < images; first += each)
        {
            int count = Math.Min(each, images - first);
            WeightProducts(
                x.Slice(first * map, count * map), dy.Slice(first * output, count * output), results, d, count);
            ReductionKernels.LaunchSumByItem(
                driver, weights, results, target, new(1, count, weights), 1, first > 0 ? 1 : dw.Adds());
        }
    }

    /// <summary>results[n] = dy[n] * columns[n]'.</summary>
    void WeightProducts(
        DeviceView<float> x, DeviceView<float> dy, DeviceView<float> results, ConvolutionShape d, int count)
    {
        int batchB = IsPointwise(d) ? d.C * d.H * d.W : d.Taps * d.Pixels;
        var dims = new GemmDims(
            d.K, d.Taps, d.Pixels, d.Pixels, 1, 1, d.Pixels, d.Taps, d.K * d.Pixels, batchB, d.K * d.Taps,
            Accumulate: 0);
        if (IsPointwise(d)) products.Run(dy, x, results, dims, count);
        else if (plan.UsesPanels)
        {
            int panels = GpuProducts.Panels(d.Taps);
            DeviceView<float> packed =
                scratch.Take(ScratchUse.Columns, (long)count * GpuProducts.PackedLength(d.Pixels, d.Taps));
            ConvolutionPanelKernels.LaunchGatherTaps(driver, (d.P, panels, count), x, packed, d, panels);
            products.RunPacked(dy, packed, results, dims, count);
        }
        else products.Run(dy, Columns(x, d, count), results, dims, count);
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

    static bool IsPointwise(ConvolutionShape d) =>
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
