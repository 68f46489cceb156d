using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Bench;

/// <summary>Semi-hard mining with loss and gradient, 40 embeddings of 128 a class, as FaceNet's batches are.</summary>
sealed class MiningBenchmarks(Device device, double peakGflops)
{
    const int PerClass = 40, Width = 128;
    static readonly int[] Sizes = [256, 512, 1024, 1800, 4096, 16_384];

    /// <summary>Times every size.</summary>
    public IEnumerable<BenchRow> Run()
    {
        BenchTimer timer = new(device);
        TripletSettings settings = new();
        foreach (int n in Sizes)
        {
            using Step outer = device.BeginStep(record: false);
            float[] values = new float[n * Width];
            int[] labels = new int[n];
            Philox random = new(seed: 1);
            for (int i = 0; i < values.Length; i++) values[i] = random.NextNormal();
            for (int i = 0; i < n; i++) labels[i] = i / PerClass;
            Tensor embeddings = device.Tensor(new Shape(n, Width), values).L2Normalize();
            embeddings.RequiresGradient = true;
            BenchTime time = timer.Time(() =>
            {
                using Step step = device.BeginStep();
                step.Backward(embeddings.TripletLoss(labels, settings));
            });
            // A distance is a subtraction and a multiply-add an element.
            double gflops = 3.0 * n * n * Width / time.Seconds * 1e-9;
            yield return new BenchRow(
                "SemiHardMining", [n, Width], time.Seconds, gflops,
                2.0 * n * Width * sizeof(float) / time.Seconds * 1e-9,
                gflops / peakGflops, DeviceSeconds: time.DeviceSeconds);
        }
    }
}
