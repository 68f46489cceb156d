using System.Text;
using TripletGpu.Runner.Book.Code;
using TripletGpu.Runner.Book.Drawing;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Book;

/// <summary>What every page of the book has: head, the way back, foot. Style and script lie beside the pages.</summary>
static class BookPage
{
    /// <summary>A page.</summary>
    /// <param name="title">Its name.</param>
    /// <param name="root">The way to the book's folder: empty or <c>../</c>.</param>
    /// <param name="trail">What stands before the title, as HTML.</param>
    /// <param name="body">Its content.</param>
    public static string Wrap(string title, string root, string trail, string body) => $"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <link rel="icon" href="data:,">
        <title>{Escape(title)} - The kernel book</title>
        <link rel="stylesheet" href="{root}book.css">
        <main>
        <nav class="trail"><a href="{root}index.html">The kernel book</a>{trail}</nav>
        {body}
        <footer class="soft">Made by TripletGpu from its own source:
        <code>triplet kernels book --out DIR</code>.</footer>
        </main>
        <script src="{root}book.js"></script>
        </html>

        """;

    /// <summary>Text as HTML.</summary>
    public static string Escape(string text) => CodeHtml.Escape(text);

    /// <summary>Formulas, one a line; what is too wide for a phone scrolls.</summary>
    public static string Formulas(IEnumerable<string> formulas) =>
        string.Concat(formulas.Select(f => $"<div class=\"formula\">{MathMl.Of(f)}</div>\n"));

    /// <summary>A section; nothing where there is nothing to say.</summary>
    public static string Section(string title, string content, string id = "") => content.Length == 0 ? ""
        : $"<section{(id.Length > 0 ? $" id=\"{id}\"" : "")}><h2>{Escape(title)}</h2>\n{content}\n</section>\n";

    /// <summary>Names and values.</summary>
    public static string Facts(params (string Name, string Html)[] facts)
    {
        StringBuilder html = new("<dl class=\"facts\">");
        foreach ((string name, string value) in facts)
            if (value.Length > 0) html.Append($"<div><dt>{Escape(name)}</dt><dd>{value}</dd></div>");
        return html.Append("</dl>").ToString();
    }

    /// <summary>Test cases, the first of them in full.</summary>
    public static string Cases(IReadOnlyList<CodeExcerpt> cases)
    {
        const int shown = 8;
        StringBuilder html = new();
        foreach (CodeExcerpt one in cases.Take(shown)) html.Append(one.Html()).Append('\n');
        if (cases.Count > shown) html.Append($"<p class=\"soft\">and {cases.Count - shown} more in these files.</p>");
        return html.ToString();
    }

    /// <summary>Links to the page before and after.</summary>
    public static string Neighbours((string Href, string Name)? before, (string Href, string Name)? after) =>
        "<nav class=\"neighbours\">"
        + (before is { } b ? $"<a rel=\"prev\" href=\"{b.Href}\">← {Escape(b.Name)}</a>" : "<span></span>")
        + (after is { } a ? $"<a rel=\"next\" href=\"{a.Href}\">{Escape(a.Name)} →</a>" : "<span></span>") + "</nav>";

    /// <summary>The style of all pages: the reports' and the book's own.</summary>
    public static string Style => PageTemplate.Read("page.css") + Read("book.css");

    /// <summary>The script of all pages.</summary>
    public static string Script => Read("book.js");

    static string Read(string name)
    {
        using StreamReader reader = new(typeof(BookPage).Assembly.GetManifestResourceStream($"Book/Pages/{name}")!);
        return reader.ReadToEnd();
    }
}
