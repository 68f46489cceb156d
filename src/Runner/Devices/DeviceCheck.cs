using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;

namespace TripletGpu.Runner.Devices;

/// <summary>What <c>triplet devices --check</c> does: every tile that fits a device, on a small problem.</summary>
static class DeviceCheck
{
    /// <summary>A line for each way to compile for a device, and one for each tile that is wrong there.</summary>
    public static IEnumerable<string> Run(GpuDevice device)
    {
        foreach (DeviceCompiler compiler in device.Compilers.Where(c => c.Fault() == ""))
        {
            using IGpuDriver driver = compiler.Open();
            List<string> faults = [];
            TileTrials trials = new(driver, compiler.Name, faults.Add, isAnew: true);
            (TileUse, ProductForm)[] tiles = [.. Tiles(driver.Capabilities)];
            int right = tiles.Count(tile => trials.Passes(tile.Item1, tile.Item2));
            yield return $"{device.Id} by {compiler.Name}: {right} of {tiles.Length} tiles compute rightly";
            foreach (string fault in faults) yield return fault;
        }
    }

    static IEnumerable<(TileUse, ProductForm)> Tiles(GpuCapabilities device) =>
        from precision in device.HasTensorCores ? Enum.GetValues<MatrixPrecision>() : [MatrixPrecision.Float32]
        let plan = new LaunchPlan(device with { IsCpu = false }) { Precision = precision }
        from use in Enum.GetValues<TileUse>()
        from tile in plan.TilesFor(use)
        from form in LaunchPlan.StagedForms(use, tile)
        select (use, form);
}
