using Microsoft.Playwright;

namespace TripletGpu.Browser.Tests;

/// <summary>An open page.</summary>
/// <param name="Context">Its window.</param>
/// <param name="Page">The page.</param>
/// <param name="Errors">What its console said.</param>
sealed record OpenPage(IBrowserContext Context, IPage Page, List<string> Errors) : IAsyncDisposable
{
    // Of WCAG 2.2, level AA, for text of any size.
    const double LeastContrast = 4.5;

    // For each element with words of its own: its colour against what lies behind it.
    const string Contrasts = """
        () => {
          const parse = c => { const n = c.match(/[\d.]+/g).map(Number);
            return { r: n[0], g: n[1], b: n[2], a: n[3] ?? 1 }; };
          const f = v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
          const light = c => { return 0.2126 * f(c.r) + 0.7152 * f(c.g) + 0.0722 * f(c.b); };
          const behind = e => { for (let at = e; at; at = at.parentElement) {
            const c = parse(getComputedStyle(at).backgroundColor); if (c.a > 0.99) return c; }
            return { r: 255, g: 255, b: 255, a: 1 }; };
          const found = [];
          for (const e of document.querySelectorAll("body *")) {
            if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
            if (e.closest("svg, script, style, title") || !e.checkVisibility() || e.disabled) continue;
            const words = light(parse(getComputedStyle(e).color)), ground = light(behind(e));
            const ratio = (Math.max(words, ground) + 0.05) / (Math.min(words, ground) + 0.05);
            found.push([ratio, e.tagName + "." + e.className + " " + e.textContent.trim().slice(0, 30)]);
          }
          return found.sort((a, b) => a[0] - b[0]).slice(0, 3).map(f => f[0].toFixed(2) + " " + f[1]);
        }
        """;

    /// <summary>No error, no warning, nothing missing.</summary>
    public void AssertSilent(string name) => Assert.That(Errors, Is.Empty, name);

    /// <summary>Nothing is wider than the window but what scrolls by itself.</summary>
    public async Task AssertFits(string name)
    {
        int over = await Page.EvaluateAsync<int>(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.That(over, Is.LessThanOrEqualTo(0), $"{name} is wider than the window");
    }

    /// <summary>All words stand out from what is behind them.</summary>
    public async Task AssertReadable(string name)
    {
        string[] worst = await Page.EvaluateAsync<string[]>(Contrasts);
        Assert.That(worst, Is.Not.Empty, name);
        double least = double.Parse(worst[0].Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(least, Is.GreaterThanOrEqualTo(LeastContrast), $"{name}: {string.Join("; ", worst)}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Context.CloseAsync();
}
