using Microsoft.Playwright;
using TripletGpu.Runner.Book;
using TripletGpu.Support;

namespace TripletGpu.Browser.Tests;

/// <summary>
/// The kernel book in a browser: every so many-th page, or all with TRIPLETGPU_ALL_PAGES=1; on a phone, in the dark.
/// </summary>
public sealed class BookTests
{
    const int EachPage = 20, PhoneWidth = 390, PhoneHeight = 844;

    readonly TemporaryFolder folder = new();
    Browser browser = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        browser = await Browser.Start();
        KernelBook.Write(folder["book"], BenchPoints.None);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (browser is not null) await browser.DisposeAsync();
        folder.Dispose();
    }

    [TestCase(1280, 800, false)]
    [TestCase(1280, 800, true)]
    [TestCase(PhoneWidth, PhoneHeight, false)]
    [TestCase(PhoneWidth, PhoneHeight, true)]
    public async Task Pages_AreReadable(int width, int height, bool isDark)
    {
        foreach (string file in Pages())
        {
            await using OpenPage page = await browser.Open(file, width, height, isDark);
            string name = Path.GetFileName(file);
            page.AssertSilent(name);
            await page.AssertFits(name);
            await page.AssertReadable(name);
        }
    }

    [Test]
    public async Task ALine_ShowsWhatItBecame()
    {
        await using OpenPage open = await browser.Open(folder["book/kernels/UnitRowKernels.Forward.html"]);
        ILocator line = open.Page.Locator("[data-pane=csharp] .l", new() { HasText = "Group.Barrier();" }).First;
        await line.HoverAsync();
        string became = string.Join('\n', await open.Page.Locator("[data-pane=opencl] .l.on").AllInnerTextsAsync());
        Assert.That(became, Does.Contain("barrier(CLK_LOCAL_MEM_FENCE"));
        Assert.That(await open.Page.Locator(".fate").InnerTextAsync(), Does.Match("became .* of C, .* of PTX"));
        await open.Page.Locator("[data-tab=ptx]").ClickAsync();
        await line.ClickAsync();
        Assert.That(
            string.Join('\n', await open.Page.Locator("[data-pane=ptx] .l.pin").AllInnerTextsAsync()),
            Does.Contain("bar.sync"));
        // And the way back.
        await open.Page.Locator("[data-pane=ptx] .l[data-c]").First.ClickAsync();
        Assert.That(await open.Page.Locator("[data-pane=csharp] .l.pin").CountAsync(), Is.GreaterThan(0));
        open.AssertSilent("hovering");
    }

    [Test]
    public async Task Search_FindsByEveryWord()
    {
        await using OpenPage open = await browser.Open(folder["book/index.html"]);
        await open.Page.Locator("#search").FillAsync("softmax backward");
        string[] shown = [.. await open.Page.Locator(".entries li:visible > a").AllInnerTextsAsync()];
        Assert.That(shown, Is.Not.Empty);
        Assert.That(shown, Has.Some.EqualTo("SoftmaxKernels.LogSoftmaxBackward"));
        await open.Page.Locator("#kind").SelectOptionAsync("op");
        await open.Page.Locator("#search").FillAsync("conv2d");
        Assert.That(
            await open.Page.Locator(".entries li:visible > a").AllInnerTextsAsync(),
            Is.EquivalentTo(new[] { "Conv2d", "Conv2dReluMaxPool", "DepthwiseConv2d" }));
        await open.Page.Locator(".entries li:visible > a").First.ClickAsync();
        Assert.That(await open.Page.Locator("h1").InnerTextAsync(), Is.EqualTo("Conv2d"));
        open.AssertSilent("searching");
    }

    IEnumerable<string> Pages()
    {
        int each = Environment.GetEnvironmentVariable("TRIPLETGPU_ALL_PAGES") == "1" ? 1 : EachPage;
        return Directory.EnumerateFiles(folder["book"], "*.html").Concat(
            Directory.EnumerateFiles(folder["book"], "*.html", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal).Where((_, i) => i % each == 0)).Distinct();
    }
}
