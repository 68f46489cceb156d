using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Runner.Bench.Tuning;
using TripletGpu.Runner.Display;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Bench;

/// <summary>
/// What <c>triplet bench --tune</c> measures, in the forms of GPUs on whatever OpenCL device there is.
/// </summary>
public sealed class TileTunerTests
{
    [Test]
    public void Tuner_MeasuresEveryTile_AndComparesLayersByBothChoices()
    {
        using TemporaryFolder folder = new();
        using Device device = TestDevices.Open(TestDevices.GpuForms);
        IGpuDriver driver = ((GpuBackend)device.Backend).Driver;
        TileTrials trials = new(driver, "a compiler", Assert.Fail, folder["tiles"]);
        TileTuner tuner = new(device, trials) { Loads = [1, 3] };
        TunedTiles tuned = tuner.Run((_, _) => { });
        Assert.That(tuned.IsSound);
        Assert.That(tuned.Tiles.Select(tile => (tile.Use, tile.Form)), Is.EqualTo(tuner.Tiles));
        Assert.That(tuner.Tiles, Has.Count.EqualTo(6));
        Assert.That(
            tuned.Tiles.Select(tile => tile.Loads[0].Load), Has.All.InRange(0.5, 1), "about a group a multiprocessor");

        TuneRow[] rows = [.. new TuneComparison(device, trials, tuner.Timer, tuned).Run().Take(6)];
        string[] layers = [.. rows.Select(row => row.Layer).Distinct()];
        Assert.That(layers, Is.EqualTo(new[] { "ResNet50 conv1", "ResNet50 layer1 1x1" }));
        Assert.That(rows.Select(row => row.Pass), Is.EqualTo(new[]
        {
            "forward", "input's gradient", "filters' gradient", "forward", "input's gradient", "filters' gradient",
        }));
        Assert.That(rows.Select(row => row.BeforeSeconds), Has.All.Positive);
        Assert.That(
            rows.Where(row => row.After == row.Before).Select(row => row.AfterSeconds - row.BeforeSeconds),
            Has.All.Zero, "the same choice is timed once");
    }

    [Test]
    public void TileThatIsWrong_IsNotMeasured()
    {
        using TemporaryFolder folder = new();
        using Device device = TestDevices.Open(TestDevices.GpuForms);
        List<string> warnings = [];
        TileTrials trials = new(
            new AlteredDriver(((GpuBackend)device.Backend).Driver) { LeftOut = ">" }, "a compiler", warnings.Add,
            folder["tiles"]);
        TuneResult result = TuneRun.Of(device, trials, (_, _, _) => { });
        Assert.That(result.IsKept, Is.False);
        Assert.That(result.Tuned.Tiles, Is.Empty);
        Assert.That(warnings, Has.Count.EqualTo(6));
        Assert.That(Shown(result), Does.Contain("no tile could be measured, and nothing is changed"));
    }

    [Test]
    public void SlowerOverAll_IsNotKept()
    {
        TunedTiles tuned = new(default, 0, 0, []);
        TuneRow faster = new("a layer", "forward", "64x64x8", 2, "128x128x8", 1);
        TuneRow slower = new("another", "forward", "64x64x8", 3, "128x128x8", 4.5);
        TuneResult kept = TuneResult.Of("opencl:0", tuned, [faster]);
        TuneResult dropped = TuneResult.Of("opencl:0", tuned, [faster, slower]);
        Assert.That((kept.IsKept, dropped.IsKept), Is.EqualTo((true, false)));
        Assert.That((dropped.BeforeSeconds, dropped.AfterSeconds), Is.EqualTo((5, 5.5)));
        Assert.That(Shown(kept), Does.Contain("0.50 of the time. Kept in a file; triplet bench --tune reset forgets it")
            .And.Contain("may differ from earlier runs in its last bits"));
        Assert.That(Shown(dropped), Does.Contain("1.10 of the time: slower, so nothing is changed")
            .And.Not.Contain("last bits"));
    }

    static string Shown(TuneResult result)
    {
        StringWriter output = new();
        TuneTable.Show(new Terminal(output, TextWriter.Null), result, "a file");
        return output.ToString();
    }
}
