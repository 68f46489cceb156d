using TripletGpu.Autograd;
using TripletGpu.Ops;

namespace TripletGpu.Benchmarks;

/// <summary>Matrix products, packing included, as <c>a.MatMul(b)</c> runs them.</summary>
static class GemmBenchmark
{
    static readonly (int M, int N, int K)[] Products =
        [(512, 512, 512), (1152, 1152, 1152), (2304, 2304, 2304), (128, 128, 800), (128, 800, 128)];

    public static void Run(Device device, double seconds)
    {
        Random random = new(1);
        foreach ((int m, int n, int k) in Products)
        {
            using Step outer = device.BeginStep(record: false);
            Tensor a = Noise.Tensor(device, random, m, k), b = Noise.Tensor(device, random, k, n);
            (double median, double best) = Timing.Of(() =>
            {
                using Step step = device.BeginStep(record: false);
                a.MatMul(b);
            }, seconds);
            double flops = 2e-9 * m * n * k;
            Console.WriteLine($"gemm {m}x{n}x{k}: {flops / median:F1} GFLOP/s, best {flops / best:F1}");
        }
    }
}
