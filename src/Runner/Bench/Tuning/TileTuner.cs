using System.Diagnostics;
using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;
using TripletGpu.Runner.Bench.Roofline;

namespace TripletGpu.Runner.Bench.Tuning;

/// <summary>
/// Measures what tiles take on a device: each that computes rightly there, in each use, on grids from fewer groups than
/// multiprocessors to many a multiprocessor, at two depths, whose difference is what a step takes.
/// </summary>
sealed class TileTuner
{
    // A long sum of the networks' is deeper, but takes no longer a step.
    const int ShortDepth = 128, LongDepth = 1024;

    // Seconds: for how long a grid is launched again and again, and beyond what larger ones are not measured.
    const double Each = 0.02, Slow = 0.25;

    const int LaunchesInARow = 32, Attempts = 5;
    const int Parts = 8, PartElements = 1 << 20;

    readonly Device device;
    readonly GpuBackend backend;
    readonly TileTrials trials;
    readonly KernelTimer timer;
    readonly double launch;

    /// <param name="device">A device that takes tiles.</param>
    /// <param name="trials">Which of them compute rightly there.</param>
    public TileTuner(Device device, TileTrials trials)
    {
        (this.device, this.trials) = (device, trials);
        backend = (GpuBackend)device.Backend;
        // Before the device's clock runs, which takes time at each launch.
        launch = LaunchSeconds();
        timer = new KernelTimer(backend.Driver, DeviceClock.Start(backend.Driver), Each);
    }

    /// <summary>Groups a multiprocessor that are measured, the least first.</summary>
    public IReadOnlyList<double> Loads { get; init; } = [0.25, 0.5, 1, 2, 3, 4, 6, 8, 12, 16];

    /// <summary>By the device's clock, where it has one.</summary>
    public KernelTimer Timer => timer;

    /// <summary>The tiles that fit, in the precision in force, and what each may multiply.</summary>
    public IReadOnlyList<(TileUse Use, ProductForm Form)> Tiles =>
    [
        .. from use in Enum.GetValues<TileUse>()
           from form in PlanOf(null, Driver.Capabilities, backend.Precision).TilesFor(use)
           select (use, form),
    ];

    /// <summary>Measures every tile.</summary>
    /// <param name="report">Told of each before it is measured.</param>
    public TunedTiles Run(Action<TileUse, ProductForm> report)
    {
        List<TunedTile> measured = [];
        foreach ((TileUse use, ProductForm form) in Tiles)
        {
            report(use, form);
            if (trials.Passes(use, form) && Measure(use, form) is { Loads.Count: > 0 } tile) measured.Add(tile);
        }
        return new TunedTiles(DateTime.UtcNow, launch, PartElementSeconds(), measured);
    }

    IGpuDriver Driver => backend.Driver;

    /// <summary>A plan that takes tiles, this one where it may.</summary>
    static LaunchPlan PlanOf(ProductForm? tile, GpuCapabilities capabilities, MatrixPrecision precision) =>
        new(capabilities) { UsesPanels = false, Tile = tile, SplitsDepth = false, Precision = precision };

    TunedTile Measure(TileUse use, ProductForm form)
    {
        int units = Driver.Capabilities.ComputeUnits;
        // The driver is the device's own: what is made here is not disposed.
        GpuBackend inTile = new(Driver, PlanOf(form, Driver.Capabilities, backend.Precision), trials);
        List<TunedLoad> loads = [];
        // Compiles it.
        Time(TuneGrid.Of(1, TileWord.SideOf(form)), inTile, use, ShortDepth);
        foreach (double wanted in Loads)
        {
            TuneGrid grid = TuneGrid.Of(Math.Max(1, (int)(wanted * units)), TileWord.SideOf(form));
            double load = TunedTile.LoadOf(grid.Groups, units);
            if (loads.Count > 0 && load <= loads[^1].Load) continue;
            try
            {
                (int fewer, double sooner) = Time(grid, inTile, use, ShortDepth);
                (int more, double later) = Time(grid, inTile, use, LongDepth);
                double step = (later - sooner) / (more - fewer);
                // Clocks tremble: more groups do not take less, and no step takes nothing.
                step = Math.Max(step > 0 ? step : later / more, loads.Count > 0 ? loads[^1].Step : 0);
                loads.Add(new(load, Math.Max(0, later - more * step), step));
                if (later > Slow) break;
            }
            catch (DeviceOutOfMemoryException)
            {
                break;
            }
        }
        return new TunedTile(use, form, loads);
    }

    (int Depth, double Seconds) Time(TuneGrid grid, GpuBackend inTile, TileUse use, int depth)
    {
        using Step step = device.BeginStep(record: false);
        (Action call, int terms) = grid.Prepare(device, inTile, use, depth);
        return (terms, timer.Time(call).Median);
    }

    /// <summary>From the end of one launch to that of the next, which does nothing.</summary>
    double LaunchSeconds()
    {
        DeviceView<float> y = new(Driver.Allocate(sizeof(float)), 0, 1);
        double one = Least(1), many = Least(1 + LaunchesInARow);
        Driver.Free(y.Buffer);
        return Math.Max(0, (many - one) / LaunchesInARow);

        double Least(int count)
        {
            double least = double.PositiveInfinity;
            for (int attempt = 0; attempt <= Attempts; attempt++)
            {
                long began = Stopwatch.GetTimestamp();
                for (int i = 0; i < count; i++)
                    ElementwiseKernels.LaunchAffine(Driver, 1, y, y, scale: 0, shift: 0, accumulate: 0);
                Driver.Synchronize();
                // The first one compiles.
                if (attempt > 0) least = Math.Min(least, Stopwatch.GetElapsedTime(began).TotalSeconds);
            }
            return least;
        }
    }

    double PartElementSeconds()
    {
        const int channels = 64, side = 8, images = PartElements / channels / side / side;
        ConvolutionShape d = new(images, channels, side, side, channels, 1, 1, side, side, 1, 1, 0, 0, 1, 1);
        WorkMemory sum = WorkMemory.Write(PartElements);
        KernelWork work = new(
            "ConvolutionKernels.SumParts", "", PartElements, KernelCost.Of("0", "0"),
            WorkMemory.Read(Parts * PartElements), sum, sum, sum, d, ConvolutionTarget.All(side, side), Parts);
        return timer.Time(work).Median / (Parts * PartElements);
    }
}
