using Microsoft.Playwright;

namespace TripletGpu.Browser.Tests;

/// <summary>
/// The system's Chromium, which Playwright drives; it never downloads one. Where there is none the tests are skipped,
/// visibly; naming <c>chromium</c> in TRIPLETGPU_REQUIRE makes that a failure.
/// </summary>
sealed class Browser : IAsyncDisposable
{
    static readonly string[] Programs = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    readonly IPlaywright playwright;
    readonly IBrowser browser;

    Browser(IPlaywright playwright, IBrowser browser) => (this.playwright, this.browser) = (playwright, browser);

    /// <summary>Starts it.</summary>
    public static async Task<Browser> Start()
    {
        if (Programs.FirstOrDefault(File.Exists) is not { } program)
        {
            Missing();
            throw new InvalidOperationException();
        }
        IPlaywright playwright = await Playwright.CreateAsync();
        return new(playwright, await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = program,
            Args = ["--no-sandbox"], // continuous integration is root
        }));
    }

    static void Missing()
    {
        const string missing = "chromium is not installed";
        if ((Environment.GetEnvironmentVariable("TRIPLETGPU_REQUIRE") ?? "").Split(',').Contains("chromium"))
            Assert.Fail(missing);
        Assert.Ignore(missing);
    }

    /// <summary>Opens a page of a size; it must have no error of its own and fetch nothing that is not there.</summary>
    public async Task<OpenPage> Open(string file, int width = 1280, int height = 800, bool isDark = false)
    {
        IBrowserContext context = await browser.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            Offline = true,
        });
        IPage page = await context.NewPageAsync();
        List<string> errors = [];
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") errors.Add(message.Text);
        };
        page.PageError += (_, error) => errors.Add(error);
        page.RequestFailed += (_, request) => errors.Add($"{request.Url}: {request.Failure}");
        await page.GotoAsync(new Uri(file).AbsoluteUri);
        return new(context, page, errors);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await browser.CloseAsync();
        playwright.Dispose();
    }
}
