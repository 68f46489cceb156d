using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Backends.Gpu;
using TripletGpu.Kernels.Convolution;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Runner.Bench;

/// <summary>The heavy operations alone: matrix products, convolutions in all passes, nearest neighbours.</summary>
sealed class OpBenchmarks(Device device, double peakGflops)
{
    // What keeps a processor busy for some milliseconds, and a card.
    readonly int[] matMulSizes = IsCard(device) ? [1024, 2048, 4096, 8192] : [512, 1024, 1152, 2304];
    readonly int images = IsCard(device) ? 64 : 16;

    readonly BenchTimer timer = new(device);

    /// <summary>Times every operation, one after the other.</summary>
    public IEnumerable<BenchRow> Run()
    {
        foreach (int n in matMulSizes) yield return MatMul(n);
        foreach (ConvolutionLayer layer in ConvolutionLayer.All)
            foreach (BenchRow row in Convolution(layer)) yield return row;
        yield return NearestNeighbour(10_000, 60_000, 128);
    }

    BenchRow MatMul(int n)
    {
        using Step step = device.BeginStep(record: false);
        Tensor a = Random(n, n), b = Random(n, n), c = device.Empty(new Shape(n, n));
        BenchTime time = timer.Time(() => device.Backend.MatMul.Multiply(a, false, b, false, new Gradient(c, false)));
        return Row("MatMul", [n, n, n], time, 2.0 * n * n * n, a, b, c);
    }

    List<BenchRow> Convolution(ConvolutionLayer layer)
    {
        (_, int c, int side, int k, int kernel, int stride) = layer;
        int to = layer.OutputSide;
        ConvolutionShape d = layer.Of(images);
        using Step step = device.BeginStep(record: false);
        IConvolution convolution = device.Backend.Convolution;
        Tensor x = Random(images, c, side, side), w = Random(k, c, kernel, kernel);
        Tensor y = device.Empty(new Shape(images, k, to, to)), dy = Random(images, k, to, to);
        Tensor dx = device.Empty(x.Shape), dw = device.Empty(w.Shape);
        int[] shape = [images, c, side, side, k, kernel, stride];
        double flops = 2.0 * y.Count * d.Taps;
        return
        [
            Row(
                "Conv2dForward", shape, timer.Time(() => convolution.Forward(x, w, null, null, y, d, ClipRange.None)),
                flops, x, w, y),
            Row(
                "Conv2dBackwardInput", shape,
                timer.Time(() => convolution.BackwardInput(dy, w, new Gradient(dx, false), d)), flops, dy, w, dx),
            Row(
                "Conv2dBackwardWeight", shape,
                timer.Time(() => convolution.BackwardWeight(x, dy, new Gradient(dw, false), d)), flops, x, dy, dw),
        ];
    }

    BenchRow NearestNeighbour(int queries, int references, int width)
    {
        using Step step = device.BeginStep(record: false);
        Tensor q = Random(queries, width).L2Normalize(), r = Random(references, width).L2Normalize();
        BenchTime time = timer.Time(() =>
        {
            using Step call = device.BeginStep(record: false);
            q.NearestNeighbours(r, k: 1);
        });
        return Row("NearestNeighbour", [queries, references, width], time, 2.0 * queries * references * width, q, r);
    }

    BenchRow Row(string op, int[] shape, BenchTime time, double flops, params ReadOnlySpan<Tensor> operands)
    {
        double bytes = 0, gflops = flops / time.Seconds * 1e-9;
        foreach (Tensor operand in operands) bytes += operand.Count * sizeof(float);
        return new BenchRow(
            op, shape, time.Seconds, gflops, bytes / time.Seconds * 1e-9, gflops / peakGflops,
            DeviceSeconds: time.DeviceSeconds);
    }

    static bool IsCard(Device device) =>
        device.Backend is GpuBackend { Driver.Capabilities.IsCpu: false };

    Tensor Random(params int[] extents) => BenchTensor.Normal(device, extents);
}
