using System.Globalization;
using System.Text;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Kernels;
using TripletGpu.Runner.Bench.Roofline;
using TripletGpu.Runner.Book.Code;
using TripletGpu.Runner.Book.Drawing;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Book;

/// <summary>The page of a kernel, bound to its structs.</summary>
sealed class KernelPage(BookContext book, PtxListing? compiler)
{
    /// <summary>The page as HTML.</summary>
    /// <param name="chapter">The kernel.</param>
    /// <param name="kernel">The form of it.</param>
    public string Render(KernelChapter chapter, KernelSource kernel)
    {
        KernelListing listing = new(kernel, book.Sources, compiler?.Of(kernel));
        int place = book.Kernels.ToList().IndexOf(chapter);
        StringBuilder body = new();
        body.Append($"<h1>{Escape(kernel.Name)}</h1>\n<p class=\"lead\">{Escape(Summary(listing))}</p>\n");
        body.Append(Forms(chapter, kernel));
        body.Append(BookPage.Section("Formula", Formula(chapter, kernel)));
        string picture = $"<div class=\"scroll\">{KernelPicture.Draw(kernel, chapter.Says, listing)}</div>";
        body.Append(BookPage.Section(
            "What is parallel, and where values lie", picture + Facts(chapter, kernel)));
        body.Append(BookPage.Section("Line by line", ListingHtml.Render(listing), "listing"));
        body.Append(BookPage.Section("On this machine", Bench(kernel)));
        body.Append(BookPage.Section("What must come out", Oracle(chapter)));
        body.Append(BookPage.Section("Test cases", BookPage.Cases(book.Cases.OfKernel(chapter.Name))));
        body.Append(BookPage.Neighbours(Link(place - 1), Link(place + 1)));
        string trail = $" / <a href=\"../index.html#{Anchor(chapter.Family)}\">{Escape(chapter.Family.Title)}</a>";
        return BookPage.Wrap(kernel.Name, "../", trail, body.ToString());
    }

    /// <summary>The name of a family in a page's address.</summary>
    public static string Anchor(BookFamily family) =>
        string.Concat(family.Title.ToLowerInvariant().Select(c => char.IsLetter(c) ? c : '-'));

    static string Escape(string text) => BookPage.Escape(text);

    (string, string)? Link(int place) => place >= 0 && place < book.Kernels.Count
        ? (PageName.OfKernel(book.Kernels[place].Forms[0].Name), book.Kernels[place].Name) : null;

    /// <summary>The kernel's own comment.</summary>
    static string Summary(KernelListing listing)
    {
        StringBuilder words = new();
        foreach (CSharpRow row in listing.CSharp)
        {
            string line = row.Text.Trim();
            if (!line.StartsWith("///", StringComparison.Ordinal)) break;
            words.Append(line[3..]).Append(' ');
        }
        return DocComment.Plain(words.ToString());
    }

    static string Forms(KernelChapter chapter, KernelSource kernel)
    {
        if (chapter.Forms.Count < 2) return "";
        IEnumerable<string> links = chapter.Forms.Select(form =>
        {
            string name = Escape(string.Join(", ", BookContext.Arguments(form.Name)));
            return form == kernel ? $"<b>{name}</b>" : $"<a href=\"{PageName.OfKernel(form.Name)}\">{name}</a>";
        });
        return $"<p class=\"forms\">Bound to {string.Join(" ", links)}</p>\n";
    }

    string Formula(KernelChapter chapter, KernelSource kernel)
    {
        StringBuilder html = new(BookPage.Formulas(chapter.Says.Formula));
        foreach (string type in BookContext.Arguments(kernel.Name))
            if (book.FormulasOf(type) is { Length: > 0 } formulas)
                html.Append($"<p class=\"soft\">with {Escape(type)}</p>\n").Append(BookPage.Formulas(formulas));
        return html.ToString();
    }

    string Facts(KernelChapter chapter, KernelSource kernel)
    {
        string group = kernel.Group is { } g
            ? string.Create(CultureInfo.InvariantCulture, $"{g.X} x {g.Y} x {g.Z} items")
            : string.Create(CultureInfo.InvariantCulture, $"none: by index, {kernel.IndexDimensions}-D");
        return BookPage.Facts(
            ("group", group),
            ("shared memory", string.Create(CultureInfo.InvariantCulture, $"{kernel.SharedBytes} bytes")),
            ("mapping", DocTable.Html(book.KernelTable.Cell(chapter.Name, "group and mapping"))),
            ("memory an output; bound", DocTable.Html(book.KernelTable.Cell(chapter.Name, "memory an output; bound"))),
            ("parameters", string.Join("<br>", kernel.Parameters.Select(p => $"<code>{Escape(p)}</code>"))));
    }

    /// <summary>Where the kernel stands under this machine's roof, if it was measured.</summary>
    string Bench(KernelSource kernel)
    {
        KernelRow[] rows = [.. book.Bench.Of(kernel.Name)];
        if (rows.Length == 0) return "";
        KernelRun run = book.Bench.Run!;
        StringBuilder html = new();
        KernelRow[] points = [.. rows.Where(r => r.Flops > 0)];
        if (points.Length > 0) html.Append($"<div class=\"scroll\">{RooflinePicture.Draw(run, points)}</div>");
        html.Append("<div class=\"scroll\"><table><tr><th>size</th><th>time</th><th>spread</th><th>GFLOP/s</th>"
            + "<th>GB/s</th><th>of peak</th><th>of bandwidth</th><th>bound by</th></tr>");
        foreach (KernelRow row in rows)
            html.Append("<tr><td>").AppendJoin("</td><td>", new[]
            {
                Escape(row.Size), $"{RooflinePicture.Number(row.Seconds * 1e6)} us", Percent(row.Spread),
                RooflinePicture.Number(row.Gflops), RooflinePicture.Number(row.GbPerSecond), Percent(row.PeakShare),
                Percent(row.BandwidthShare), Escape(row.Bound),
            }).Append("</td></tr>");
        string peaks = $"{RooflinePicture.Number(run.PeakGflops)} GFLOP/s and"
            + $" {RooflinePicture.Number(run.PeakGbPerSecond)} GB/s";
        html.Append($"</table></div><p class=\"soft\">Measured on {Escape(run.Name)} ({Escape(run.Device)}), whose own"
            + $" peaks are {peaks}.</p>");
        return html.ToString();
    }

    static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %");

    string Oracle(KernelChapter chapter)
    {
        StringBuilder html = new(
            "<p>Each case below is launched on a device and on ILGPU's CPU accelerator, which runs the C# itself, and"
            + " the two must agree.");
        List<OperationChapter> users =
        [
            .. book.Operations.Where(o => Uses(o.Says.Forward, chapter.Name) || Uses(o.Says.Backward, chapter.Name)),
        ];
        if (users.Count > 0)
        {
            IEnumerable<string> links =
                users.Select(u => $"<a href=\"../ops/{PageName.OfOperation(u.Name)}\">{Escape(u.Name)}</a>");
            html.Append(" Operations that launch it are compared with loops in double precision: ")
                .AppendJoin(", ", links).Append('.');
        }
        html.Append("</p>\n");
        foreach (string oracle in users.Take(2).SelectMany(u => u.Says.Oracle).Distinct().Take(3))
            if (CodeExcerpt.Member(book.Sources, "tests/Oracle", oracle) is { } code) html.Append(code.Html());
        return html.ToString();
    }

    static bool Uses(string[]? launched, string kernel) => launched is not null && launched.Contains(kernel);
}
