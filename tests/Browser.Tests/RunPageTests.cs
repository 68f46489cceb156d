using Microsoft.Playwright;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Display;
using TripletGpu.Support;

namespace TripletGpu.Browser.Tests;

/// <summary>What the pages that compare runs and explain pairs do when they are used.</summary>
public sealed class RunPageTests
{
    const int Classes = 4, Images = 32, Side = 28;

    readonly TemporaryFolder folder = new();
    Browser browser = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        browser = await Browser.Start();
        Random random = new(7);
        float[] pixels = [.. Enumerable.Range(0, Images * Side * Side).Select(p =>
            0.3f * random.NextSingle() + (p / Side % Side % (2 + p / Side / Side % Classes) == 0 ? 0.6f : 0))];
        Npy.Write(folder["images.npy"], new Shape(Images, 1, Side, Side), pixels);
        int[] labels = [.. Enumerable.Range(0, Images).Select(i => i % Classes)];
        Npy.Write(folder["labels.npy"], new Shape(Images), labels);
        File.WriteAllText(folder["config.json"], $$"""
            {
              "model": { "kind": "small-cnn", "embedding": 8 },
              "data": { "kind": "arrays", "images": "{{folder["images.npy"]}}", "labels": "{{folder["labels.npy"]}}" },
              "sampler": { "classes": {{Classes}}, "perClass": 4 },
              "train": { "epochs": 6 }
            }
            """);
        foreach (string margin in (string[])["0.2", "0.4"])
            Run("train", folder["config.json"], "--out", folder[$"run-{margin}"], "--set", $"loss.margin={margin}");
        Run("compare", folder["run-0.2"], folder["run-0.4"], "--html", folder["compare.html"]);
        Run("explain", folder["run-0.2"], $"{folder["images.npy"]}[0]", $"{folder["images.npy"]}[4]", "--out",
            folder["explain.html"]);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (browser is not null) await browser.DisposeAsync();
        folder.Dispose();
    }

    [Test]
    public async Task Compare_DrawsEachChosenRun_OverStepsAndSeconds()
    {
        await using OpenPage open = await browser.Open(folder["compare.html"]);
        ILocator lines = open.Page.Locator("#plot path");
        Assert.That(await lines.CountAsync(), Is.EqualTo(2));
        string bySteps = await lines.First.GetAttributeAsync("d") ?? "";
        await open.Page.Locator("#over").SelectOptionAsync("seconds");
        Assert.That(await lines.First.GetAttributeAsync("d"), Is.Not.EqualTo(bySteps));
        await open.Page.Locator("#log").CheckAsync();
        foreach (string what in await open.Page.Locator("#what option").AllInnerTextsAsync())
        {
            await open.Page.Locator("#what").SelectOptionAsync(what);
            Assert.That(await lines.CountAsync(), Is.EqualTo(2), what);
        }
        await open.Page.Locator("#plot svg").HoverAsync();
        Assert.That(await open.Page.Locator("#tip").InnerTextAsync(), Does.Contain("run-0.2").And.Contain("run-0.4"));
        await open.Page.GetByRole(AriaRole.Button, new() { Name = "run-0.4" }).ClickAsync();
        Assert.That(await lines.CountAsync(), Is.EqualTo(1));
        Assert.That(await open.Page.Locator("#differences").InnerTextAsync(), Does.Contain("loss.margin"));
        open.AssertSilent("choosing");
    }

    [Test]
    public async Task Explain_ColoursTheImages()
    {
        await using OpenPage open = await browser.Open(folder["explain.html"]);
        const string coloured = """
            () => [...document.querySelectorAll("canvas")].map(c => {
              const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
              let n = 0;
              for (let i = 0; i < d.length; i += 4) if (d[i] !== d[i + 1]) n++;
              return n;
            })
            """;
        await open.Page.WaitForFunctionAsync($"() => ({coloured})().every(n => n > 100)");
        int[] before = await open.Page.EvaluateAsync<int[]>(coloured);
        Assert.That(before, Has.Length.EqualTo(4).And.All.GreaterThan(100), "two ways for two images");
        await open.Page.Locator("#strength").FillAsync("0");
        Assert.That(await open.Page.EvaluateAsync<int[]>(coloured), Is.All.EqualTo(0), "the images alone are grey");
        open.AssertSilent("sliding");
    }

    static void Run(params string[] args)
    {
        StringWriter output = new(), error = new();
        Assert.That(CommandLine.Run(args, new Terminal(output, error)), Is.Zero, error.ToString());
    }
}
