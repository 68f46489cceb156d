using TripletGpu.Backends;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>Tiles that are tried on a device, as a GPU would run them, before they multiply anything.</summary>
public sealed class TileTrialsTests
{
    readonly string folder = Directory.CreateTempSubdirectory("triplet-tiles-").FullName;
    readonly List<string> warnings = [];
    IGpuDriver driver = null!;

    [OneTimeSetUp]
    public void Open() => driver = TestDevices.OpenDriver(TestDevices.OpenCl);

    [OneTimeTearDown]
    public void Close()
    {
        driver?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [SetUp]
    public void Forget() => warnings.Clear();

    [Test]
    public void EveryTile_IsRight_AndTriedOnce()
    {
        AlteredDriver counted = new(driver);
        Assert.That(Try(), Has.All.True);
        Assert.That(warnings, Is.Empty);
        Assert.That(counted.Issued.Count(name => name.EndsWith('>')), Is.EqualTo(26), "each kernel once");
        counted.Issued.Clear();
        Assert.That(Try(), Has.All.True);
        Assert.That(counted.Issued, Is.Empty, "what came out is kept");

        bool[] Try()
        {
            TileTrials trials = new(counted, "a compiler", warnings.Add, Path.Combine(folder, "right"));
            return
            [
                .. from use in Enum.GetValues<TileUse>()
                   from form in Enum.GetValues<ProductForm>()
                   where (use, form) is not (
                       TileUse.FilterGradient, ProductForm.Tensor128x128 or ProductForm.Bfloat128x128)
                   select trials.Passes(use, form),
            ];
        }
    }

    [Test]
    public void WrongTile_IsToldOf_AndAPlainFormTakesItsPlace()
    {
        AlteredDriver wrong = new(driver) { LeftOut = "Tiled<Tile64x64>" };
        LaunchPlan plan = new(driver.Capabilities with { IsCpu = false }) { Tile = ProductForm.Tile64x64 };
        TileTrials trials = new(wrong, "a compiler", warnings.Add, Path.Combine(folder, "wrong"));
        using Device device = new("wrong", new GpuBackend(wrong, plan, trials));
        using var step = device.BeginStep();
        Tensor a = device.Tensor(new(2, 3), [1f, 2, 3, 4, 5, 6]), b = device.Tensor(new(3, 1), [1f, 10, 100]);
        Tensor c = device.Empty(new(2, 1));
        device.Backend.MatMul.Multiply(a, false, b, false, new(c, Accumulate: false));
        // Three taps: four would be read in quads.
        Tensor x = device.Tensor(new(1, 1, 1, 3), [1f, 2, 3]), w = device.Tensor(new(1, 1, 1, 3), [1f, 10, 100]);
        Tensor y = device.Empty(new(1, 1, 1, 1));
        device.Backend.Convolution.Forward(
            x, w, null, null, y, new(1, 1, 1, 3, 1, 1, 3, 1, 1, 1, 1, 0, 0, 1, 1), ClipRange.None);

        Assert.That(c.ToArray(), Is.EqualTo(new[] { 321f, 654f }));
        Assert.That(y.ToArray(), Is.EqualTo(new[] { 321f }));
        Assert.That(warnings, Has.Count.EqualTo(2));
        Assert.That(warnings, Has.All.Contains("by the tile Tile64x64 of a compiler are not to be trusted: "));
        Assert.That(warnings[0], Does.Contain("17,550 of 17,550 elements of a small problem are wrong. A plain form"));
    }
}
