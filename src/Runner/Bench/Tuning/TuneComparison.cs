using System.Diagnostics;
using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Runner.Bench.Roofline;

namespace TripletGpu.Runner.Bench.Tuning;

/// <summary>
/// Layers of ResNet50 and NN2 and some products, which nothing is tuned on, with the tiles that the model takes by its
/// constants and by the measurements. Where they differ both are timed in turns.
/// </summary>
sealed class TuneComparison
{
    const int Rounds = 2, MostImages = 16;

    // Of a layer, by which the images a batch are chosen; and of all, after which a slow device has no more rows.
    const double LayerSeconds = 5e-3, MostSeconds = 20;

    // Rows, columns and terms: ResNet50's last layer for two batches, its embeddings' distances, a square.
    static readonly (string Name, int M, int N, int K)[] Products =
    [
        ("ResNet50 fc, 32 rows", 32, 1000, 2048), ("ResNet50 fc, 256 rows", 256, 1000, 2048),
        ("1,800 x 1,800 distances", 1800, 1800, 128), ("product 1024", 1024, 1024, 1024),
    ];

    readonly Device device;
    readonly KernelTimer timer;
    readonly GpuBackend before, after;
    readonly List<string> taken = [];
    readonly int images;

    /// <param name="device">The device.</param>
    /// <param name="trials">Which tiles compute rightly there.</param>
    /// <param name="timer">Its clock.</param>
    /// <param name="tuned">The measurements.</param>
    public TuneComparison(Device device, TileTrials trials, KernelTimer timer, TunedTiles tuned)
    {
        (this.device, this.timer) = (device, timer);
        var own = (GpuBackend)device.Backend;
        GpuCapabilities capabilities = own.Driver.Capabilities;
        double perImage = ConvolutionLayer.All.Select(layer => layer.Of(images: 1))
            .Average(d => (double)d.K * d.Pixels * d.Taps);
        images = (int)Math.Clamp(LayerSeconds * Rate(tuned, capabilities.ComputeUnits) / perImage, 1, MostImages);
        (before, after) = (With(null), With(tuned));

        // The driver is the device's own: what is made here is not disposed.
        GpuBackend With(TunedTiles? measured) => new(
            own.Driver, new LaunchPlan(capabilities)
            {
                UsesPanels = false,
                Precision = own.Precision,
                Tuned = measured,
                Observer = plan => taken.Add(Words(plan.Taken)),
            }, trials);
    }

    /// <summary>How many rows there will be.</summary>
    public static int Count => Products.Length + 3 * ConvolutionLayer.All.Length;

    /// <summary>Each row as it is measured.</summary>
    public IEnumerable<TuneRow> Run()
    {
        long began = Stopwatch.GetTimestamp();
        return Convolutions().Concat(Multiplied())
            .TakeWhile(_ => Stopwatch.GetElapsedTime(began).TotalSeconds < MostSeconds);
    }

    IEnumerable<TuneRow> Convolutions()
    {
        foreach (ConvolutionLayer layer in ConvolutionLayer.All)
        {
            using Step step = device.BeginStep(record: false);
            ConvolutionShape d = layer.Of(images);
            Tensor x = BenchTensor.Normal(device, d.N, d.C, d.H, d.W);
            Tensor w = BenchTensor.Normal(device, d.K, d.C, d.R, d.S);
            Tensor dy = BenchTensor.Normal(device, d.N, d.K, d.P, d.Q), y = device.Empty(dy.Shape);
            Gradient dx = new(device.Empty(x.Shape), Accumulate: false);
            Gradient dw = new(device.Empty(w.Shape), Accumulate: false);
            yield return Row(
                layer.Name, "forward", by => by.Convolution.Forward(x, w, null, null, y, d, ClipRange.None));
            yield return Row(layer.Name, "input's gradient", by => by.Convolution.BackwardInput(dy, w, dx, d));
            yield return Row(layer.Name, "filters' gradient", by => by.Convolution.BackwardWeight(x, dy, dw, d));
        }
    }

    IEnumerable<TuneRow> Multiplied()
    {
        foreach ((string name, int m, int n, int k) in Products)
        {
            using Step step = device.BeginStep(record: false);
            Tensor a = BenchTensor.Normal(device, m, k), b = BenchTensor.Normal(device, n, k);
            Gradient c = new(device.Empty(new Shape(m, n)), Accumulate: false);
            yield return Row(name, "product", by => by.MatMul.Multiply(a, false, b, true, c));
        }
    }

    /// <summary>Multiply-adds a second of the fastest tile.</summary>
    static double Rate(TunedTiles tuned, int units) => tuned.Tiles.Max(
        tile => Math.Pow(TileWord.SideOf(tile.Form), 2) * tile.Loads[^1].Load * units / tile.Loads[^1].Step);

    TuneRow Row(string layer, string pass, Action<GpuBackend> call)
    {
        string old = Taken(before, call), now = Taken(after, call);
        double oldSeconds = timer.Time(() => call(before)).Median, newSeconds = oldSeconds;
        if (old == now) return new(layer, pass, old, oldSeconds, now, newSeconds);
        newSeconds = timer.Time(() => call(after)).Median;
        for (int round = 1; round < Rounds; round++)
        {
            oldSeconds = Math.Min(oldSeconds, timer.Time(() => call(before)).Median);
            newSeconds = Math.Min(newSeconds, timer.Time(() => call(after)).Median);
        }
        return new(layer, pass, old, oldSeconds, now, newSeconds);
    }

    /// <summary>What a backend takes: several where the call is several products.</summary>
    string Taken(GpuBackend by, Action<GpuBackend> call)
    {
        taken.Clear();
        call(by);
        device.Synchronize();
        return string.Join(" and ", taken.Distinct());
    }

    static string Words(PredictedTile tile) =>
        TileWord.Of(tile.Form) + (tile.Parts > 1 ? $" in {tile.Parts} parts" : "");
}
