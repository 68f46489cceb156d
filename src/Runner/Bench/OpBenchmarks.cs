using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Backends.Gpu;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Bench;

/// <summary>The heavy operations alone: matrix products, convolutions in all passes, nearest neighbours.</summary>
sealed class OpBenchmarks(Device device, double peakGflops)
{
    // What keeps a processor busy for some milliseconds, and a card.
    readonly int[] matMulSizes = IsCard(device) ? [1024, 2048, 4096, 8192] : [512, 1024, 1152, 2304];
    readonly int images = IsCard(device) ? 64 : 16;

    /// <summary>Channels, side, filters, kernel, stride: layers of ResNet50, NN2 and their stems.</summary>
    static readonly (int C, int Side, int K, int Kernel, int Stride)[] Convolutions =
    [
        (64, 56, 64, 3, 1), (256, 56, 64, 1, 1), (128, 28, 128, 3, 1), (256, 14, 256, 3, 1), (512, 7, 512, 3, 1),
        (3, 224, 64, 7, 2), (32, 28, 64, 5, 1),
    ];

    readonly BenchTimer timer = new(device);

    /// <summary>Times every operation, one after the other.</summary>
    public IEnumerable<BenchRow> Run()
    {
        foreach (int n in matMulSizes) yield return MatMul(n);
        foreach (var (c, side, k, kernel, stride) in Convolutions)
            foreach (BenchRow row in Convolution(
                new ConvolutionDims(images, c, side, side, k, kernel, kernel, new(stride, kernel / 2))))
                yield return row;
        yield return NearestNeighbour(10_000, 60_000, 128);
    }

    BenchRow MatMul(int n)
    {
        using Step step = device.BeginStep(record: false);
        Tensor a = Random(n, n), b = Random(n, n), c = device.Empty(new Shape(n, n));
        BenchTime time = timer.Time(() => device.Backend.MatMul.Multiply(a, false, b, false, new Gradient(c, false)));
        return Row("MatMul", [n, n, n], time, 2.0 * n * n * n, a, b, c);
    }

    List<BenchRow> Convolution(ConvolutionDims dims)
    {
        using Step step = device.BeginStep(record: false);
        IConvolution convolution = device.Backend.Convolution;
        Tensor x = Random(dims.N, dims.C, dims.H, dims.W), w = Random(dims.K, dims.C, dims.R, dims.S);
        Tensor y = device.Empty(dims.Output), dy = Random(dims.Output.ToArray());
        Tensor dx = device.Empty(x.Shape), dw = device.Empty(w.Shape);
        int[] shape = [dims.N, dims.C, dims.H, dims.W, dims.K, dims.R, dims.Geometry.StrideH];
        return
        [
            Row(
                "Conv2dForward", shape, timer.Time(() => convolution.Forward(x, w, null, null, y, dims, relu: false)),
                dims.Flops, x, w, y),
            Row(
                "Conv2dBackwardInput", shape,
                timer.Time(() => convolution.BackwardInput(dy, w, new Gradient(dx, false), dims)), dims.Flops, dy, w,
                dx),
            Row(
                "Conv2dBackwardWeight", shape,
                timer.Time(() => convolution.BackwardWeight(x, dy, new Gradient(dw, false), dims)), dims.Flops, x, dy,
                dw),
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

    /// <summary>Normal values; a long tensor repeats the first, at a distance that divides no usual extent.</summary>
    Tensor Random(params int[] extents)
    {
        const int drawn = 1_000_003;
        Shape shape = new(extents);
        float[] values = new float[shape.Count];
        Philox random = new(seed: 1);
        for (int i = 0; i < values.Length; i++) values[i] = i < drawn ? random.NextNormal() : values[i - drawn];
        return device.Tensor(shape, values);
    }
}
