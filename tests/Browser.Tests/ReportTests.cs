using System.Globalization;
using TripletGpu.Runner.Bench.Roofline;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Images;
using TripletGpu.Support;

namespace TripletGpu.Browser.Tests;

/// <summary>
/// The pages of a run, of a search, of a comparison: each in a browser, on a phone, in the dark. They are made by the
/// commands that make them, of a small run on drawn images.
/// </summary>
public sealed class ReportTests
{
    const int Classes = 6, ImagesEach = 12, Edge = 28;

    readonly TemporaryFolder folder = new();
    Browser browser = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        browser = await Browser.Start();
        DrawImages();
        string run = folder["run"], other = folder["other"];
        Run("train", folder["images"], "--device", "cpu", "--out", run, "--set", "train.epochs=2");
        Run("train", folder["images"], "--device", "cpu", "--out", other, "--set", "train.epochs=1");
        Run("compare", run, other, "--html", folder["compare.html"]);
        Run("explain", run, Image(0, 0), Image(0, 1), "--html", folder["explain.html"]);
        Run("index", "build", run, folder["images"], "--out", folder["index"]);
        Run("search", folder["index"], Image(1, 2), Image(3, 4), "--html", folder["search.html"]);
        Run(
            "calibrate", run, "--data", folder["images"], "--far", "0.2", "--out", folder["calibration.json"],
            "--html", folder["calibration.html"]);
        WriteRoofline(folder["roofline.html"]);
        File.Copy(Path.Combine(run, "report.html"), folder["report.html"]);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (browser is not null) await browser.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task Page_IsReadable(
        [Values("report", "compare", "explain", "search", "calibration", "roofline")] string name,
        [Values(1280, 390)] int width, [Values] bool isDark)
    {
        await using OpenPage page = await browser.Open(folder[$"{name}.html"], width, 844, isDark);
        page.AssertSilent(name);
        await page.AssertFits(name);
        await page.AssertReadable(name);
    }

    [Test]
    public async Task Search_ShowsTheQueryAndItsNeighbours()
    {
        await using OpenPage open = await browser.Open(folder["search.html"]);
        Assert.That(await open.Page.Locator("figure.query").CountAsync(), Is.EqualTo(2));
        Assert.That(await open.Page.Locator("section").First.Locator("figure").CountAsync(), Is.EqualTo(11));
    }

    /// <summary>A bright bar on a noisy ground; its angle and place are the class.</summary>
    void DrawImages()
    {
        Random random = new(1);
        for (int c = 0; c < Classes; c++)
        {
            Directory.CreateDirectory(folder[$"images/{NameOf(c)}"]);
            for (int i = 0; i < ImagesEach; i++)
            {
                byte[] pixels = new byte[Edge * Edge];
                random.NextBytes(pixels);
                for (int at = 0; at < pixels.Length; at++)
                {
                    int along = c < Classes / 2 ? at / Edge : at % Edge, place = 4 + c % 3 * 8 + i % 2;
                    pixels[at] = (byte)(along >= place && along < place + 4 ? 255 : pixels[at] / 4);
                }
                File.WriteAllBytes(Image(c, i), PngEncoder.Encode(pixels, Edge, Edge, channels: 1));
            }
        }
    }

    /// <summary>Two runs of two kernels: measuring is for bench's own tests.</summary>
    static void WriteRoofline(string path)
    {
        KernelRun Measured(double factor) => new("opencl:0", "a device", "device", 500, 40,
        [
            new("ElementwiseKernels.Map<Relu>", "resnet50.layer1", factor * 2e-3, 0.05, 9, 1e7, 8e7),
            new("GemmKernels.Tiled<Tile64x64>", "1024", factor * 9e-3, 0.02, 9, 2e9, 1.3e7),
        ]);
        File.WriteAllText(path, RooflinePage.Render(Measured(1), Measured(1.2), book: null, path));
    }

    string Image(int c, int i) =>
        folder[string.Create(CultureInfo.InvariantCulture, $"images/{NameOf(c)}/{i}.png")];

    /// <summary>One name is as long as a folder's may be, and without a place to break it.</summary>
    static string NameOf(int c) => c == Classes - 1 ? new string('5', 200) : $"{c}";

    static void Run(params string[] args)
    {
        StringWriter output = new(), error = new();
        int code = CommandLine.Run(args, new Terminal(output, error));
        Assert.That(code, Is.EqualTo(CommandLine.Done), $"{string.Join(' ', args)}: {error}");
    }
}
