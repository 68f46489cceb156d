using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Modules;

namespace TripletGpu.Benchmarks;

/// <summary>
/// Convolutions as a user runs them: forward alone, and forward with both gradients. GFLOP/s of the direct algorithm,
/// weight packing or transformation inside the time. The shapes are those of the PyTorch comparison.
/// </summary>
static class ConvolutionBenchmark
{
    static readonly Layer[] Layers =
    [
        new(16, 64, 56, 64, 3, 1), new(16, 256, 56, 64, 1, 1), new(16, 128, 28, 128, 3, 1), new(16, 256, 14, 256, 3, 1),
        new(16, 512, 7, 512, 3, 1), new(16, 3, 224, 64, 7, 2), new(16, 32, 28, 64, 5, 1),
    ];

    /// <summary>A layer over square maps, padded by half the kernel.</summary>
    public sealed record Layer(int N, int C, int Size, int K, int Kernel, int Stride)
    {
        /// <summary>The six numbers, separated by commas.</summary>
        public static Layer Parse(string text) =>
            Array.ConvertAll(text.Split(','), int.Parse) is [var n, var c, var size, var k, var kernel, var stride]
            ? new Layer(n, c, size, k, kernel, stride)
            : throw new FormatException($"a shape is N,C,SIZE,K,KERNEL,STRIDE, not {text}");
    }

    /// <summary>Times the given layers, or those of the comparison where none are given.</summary>
    public static void Run(Device device, double seconds, IReadOnlyCollection<Layer> layers)
    {
        foreach ((int n, int c, int size, int k, int kernel, int stride) in layers.Count > 0 ? layers : Layers)
        {
            Random random = new(1);
            int to = (size + kernel / 2 * 2 - kernel) / stride + 1;
            ConvolutionShape dims = new(
                n, c, size, size, k, kernel, kernel, to, to, stride, stride, kernel / 2, kernel / 2, 1, 1);
            using Step outer = device.BeginStep(record: false);
            Tensor x = Noise.Tensor(device, random, n, c, size, size);
            Tensor w = Noise.Tensor(device, random, k, c, kernel, kernel);
            Tensor y = device.Empty(new(n, k, to, to)), dy = Noise.Tensor(device, random, n, k, dims.P, dims.Q);
            Tensor dx = device.Empty(x.Shape), dw = device.Empty(w.Shape);
            IConvolution on = device.Backend.Convolution;
            double forward = Timing.Of(() => on.Forward(x, w, null, null, y, dims, relu: false), seconds).Median;
            double input = Timing.Of(() => on.BackwardInput(dy, w, new Gradient(dx, false), dims), seconds).Median;
            double weight = Timing.Of(() => on.BackwardWeight(x, dy, new Gradient(dw, false), dims), seconds).Median;
            Module layer = new Modules.Conv2d(device, c, k, kernel, stride, kernel / 2, bias: false);
            layer.Initialize(1);
            double api = Timing.Of(() =>
            {
                using Step step = device.BeginStep(record: false);
                layer.Forward(x);
            }, seconds).Median;
            x.RequiresGradient = true;
            double training = Timing.Of(() =>
            {
                using Step step = device.BeginStep();
                step.Backward(layer.Forward(x), dy);
            }, seconds).Median;
            double gigaflops = 2e-9 * y.Count * dims.Taps;
            Console.WriteLine(
                $"conv b{n} {c}->{k} {size}px k{kernel} s{stride}: fwd {gigaflops / api:F1} GFLOP/s,"
                + $" fwd+bwd {3 * gigaflops / training:F1} GFLOP/s (passes alone: forward {gigaflops / forward:F1},"
                + $" input {gigaflops / input:F1}, weight {gigaflops / weight:F1})");
            layer.Release();
        }
    }
}
