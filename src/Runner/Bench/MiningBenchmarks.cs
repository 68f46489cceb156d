namespace TripletGpu.Runner.Bench;

/// <summary>Mining with loss and gradient for batches of many sizes.</summary>
sealed class MiningBenchmarks(Device device, double peakGflops)
{
    static readonly int[] Sizes = [256, 512, 1024, 1800, 4096, 16_384];

    /// <summary>Times every size.</summary>
    public IEnumerable<BenchRow> Run()
    {
        const int width = MiningPass.Width;
        BenchTimer timer = new(device);
        foreach (int n in Sizes)
        {
            using MiningPass pass = new(device, n);
            BenchTime time = timer.Time(pass.Run);
            // A distance is a subtraction and a multiply-add an element.
            double gflops = 3.0 * n * n * width / time.Seconds * 1e-9;
            yield return new BenchRow(
                "SemiHardMining", [n, width], time.Seconds, gflops,
                2.0 * n * width * sizeof(float) / time.Seconds * 1e-9,
                gflops / peakGflops, DeviceSeconds: time.DeviceSeconds);
        }
    }
}
