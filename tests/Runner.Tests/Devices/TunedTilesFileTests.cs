using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Runner.Devices;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Devices;

/// <summary>What was measured of a device's tiles, on disk.</summary>
public sealed class TunedTilesFileTests
{
    static readonly GpuCapabilities Card = new("card", "1.0", false, 80, 1L << 32, 1 << 16, 1024);

    static readonly TunedTiles Tuned = new(
        new DateTime(2026, 11, 29, 12, 0, 0, DateTimeKind.Utc), 3e-6, 2e-12,
        [
            new(TileUse.Product, ProductForm.Tile128x128, [new(0.25, 0, 1e-7), new(2, 1e-6, 2e-7)]),
            new(TileUse.FilterGradient, ProductForm.Tensor64x64, [new(1, 1e-6, 1.0 / 3)]),
        ]);

    readonly List<string> warnings = [];
    TemporaryFolder folder = null!;

    [SetUp]
    public void Start()
    {
        folder = new TemporaryFolder();
        warnings.Clear();
    }

    [TearDown]
    public void End() => folder.Dispose();

    [Test]
    public void WhatIsWritten_IsRead()
    {
        TunedTilesFile file = Of(Card);
        Assert.That(file.Read(warnings.Add), Is.Null);
        file.Write(Tuned);
        TunedTiles read = Of(Card).Read(warnings.Add)!;
        Assert.That((read.Measured, read.Launch, read.PartElement), Is.EqualTo((Tuned.Measured, 3e-6, 2e-12)));
        Assert.That(read.Tiles.Select(t => (t.Use, t.Form)), Is.EqualTo(Tuned.Tiles.Select(t => (t.Use, t.Form))));
        Assert.That(read.Tiles.SelectMany(t => t.Loads), Is.EqualTo(Tuned.Tiles.SelectMany(t => t.Loads)));
        Assert.That(file.Remove(), Is.True);
        Assert.That(file.Remove(), Is.False);
        Assert.That(Of(Card).Read(warnings.Add), Is.Null);
        Assert.That(warnings, Is.Empty);
    }

    [Test]
    public void AnotherDeviceDriverOrCompiler_HasAnotherFile()
    {
        Of(Card).Write(Tuned);
        Assert.That(Of(Card with { Driver = "1.1" }).Read(warnings.Add), Is.Null);
        Assert.That(Of(Card with { Name = "another" }).Read(warnings.Add), Is.Null);
        Assert.That(Of(Card with { ComputeUnits = 40 }).Read(warnings.Add), Is.Null);
        Assert.That(new TunedTilesFile(Card, "another", folder.Path).Read(warnings.Add), Is.Null);
        Assert.That(warnings, Is.Empty);
    }

    [Test]
    public void FileOfAnotherDriver_IsToldOf_AndNotUsed()
    {
        TunedTilesFile other = Of(Card with { Driver = "1.1" });
        other.Write(Tuned);
        File.Move(other.Path, Of(Card).Path);
        Refused("it is of another device, driver or version");
    }

    [TestCase("")]
    [TestCase("null")]
    [TestCase("[1, 2]")]
    [TestCase("{}")]
    [TestCase("\u0001")]
    public void WhatIsNoMeasurement_IsToldOf_AndNotUsed(string text)
    {
        File.WriteAllText(Of(Card).Path, text);
        Refused(text == "null" ? "it is of another device, driver or version" : "it is damaged");
    }

    [TestCase("\"launch\": 3E-06", "\"launch\": -1", "its times are none")]
    [TestCase("\"step\": 1E-07", "\"step\": 0", "its times are none")]
    [TestCase("\"load\": 2", "\"load\": 0.1", "its times are none")]
    [TestCase("\"step\": 1E-07", "\"step\": null", "it is damaged")]
    [TestCase("tile128x128", "tile9x9", "it is damaged")]
    public void FileWithAnotherNumber_IsToldOf_AndNotUsed(string old, string now, string fault)
    {
        TunedTilesFile file = Of(Card);
        file.Write(Tuned);
        string text = File.ReadAllText(file.Path);
        Assert.That(text, Does.Contain(old));
        File.WriteAllText(file.Path, text.Replace(old, now));
        Refused(fault);
    }

    [Test]
    public void FileWithoutMeasurements_IsToldOf_AndNotUsed()
    {
        TunedTilesFile file = Of(Card);
        file.Write(Tuned);
        string text = File.ReadAllText(file.Path);
        int start = text.IndexOf("\"tuned\"", StringComparison.Ordinal);
        Assert.That(start, Is.Positive);
        File.WriteAllText(file.Path, text[..start] + "\"tuned\": null }");
        Refused("its times are none");
    }

    [Test]
    public void FileCutShort_IsToldOf_AndNotUsed()
    {
        TunedTilesFile file = Of(Card);
        file.Write(Tuned);
        byte[] whole = File.ReadAllBytes(file.Path);
        for (int length = 1; length < whole.Length - 1; length += 37)
        {
            warnings.Clear();
            File.WriteAllBytes(file.Path, whole[..length]);
            Refused("it is damaged");
        }
    }

    void Refused(string fault)
    {
        Assert.That(Of(Card).Read(warnings.Add), Is.Null);
        Assert.That(warnings, Has.Count.EqualTo(1));
        Assert.That(warnings[0], Does.Contain($".json is not used: {fault}. ").And.Not.Contain("\n"));
    }

    TunedTilesFile Of(GpuCapabilities device) => new(device, "a compiler", folder.Path);
}
