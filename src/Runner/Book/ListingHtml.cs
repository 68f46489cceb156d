using System.Globalization;
using System.Text;
using TripletGpu.Runner.Book.Code;

namespace TripletGpu.Runner.Book;

/// <summary>A kernel's languages side by side; the script shows which lines belong together.</summary>
static class ListingHtml
{
    /// <summary>The panes as HTML.</summary>
    public static string Render(KernelListing listing)
    {
        StringBuilder html = new();
        html.Append("<p class=\"soft\">Point at a line, or tap it, to see what it became or came from. Lines in grey"
            + " became nothing of their own.</p>\n<div class=\"tabs\" role=\"tablist\">");
        Tab(html, "opencl", "OpenCL C", isFirst: true);
        Tab(html, "cuda", "CUDA C");
        if (listing.Ptx is not null) Tab(html, "ptx", "PTX");
        html.Append("</div>\n<div class=\"panes\">\n<div class=\"pane\" data-pane=\"csharp\">");
        CSharp(html, listing);
        html.Append("</div>\n");
        Pane(html, "opencl", listing.OpenCl, CodeHtml.Line);
        Pane(html, "cuda", listing.Cuda, CodeHtml.Line);
        if (listing.Ptx is { } ptx) Pane(html, "ptx", ptx, CodeHtml.Ptx);
        html.Append("</div>\n<p class=\"fate\" aria-live=\"polite\">&nbsp;</p>\n"
            + "<p class=\"soft\">OpenCL C and CUDA C stand after a <a href=\"../prelude.html\">prelude</a>, whose names"
            + " are written out here.");
        html.Append(listing.Ptx is null ? " PTX is not shown: this program was built without the kernels' symbols.</p>"
            : " PTX is what ILGPU makes of the same C# for sm_80; calls are put in their callers' place.</p>");
        return html.ToString();
    }

    static void Tab(StringBuilder html, string id, string name, bool isFirst = false) => html.Append(
        $"<button role=\"tab\" data-tab=\"{id}\" aria-selected=\"{(isFirst ? "true" : "false")}\">{name}</button>");

    static void CSharp(StringBuilder html, KernelListing listing)
    {
        bool hasPtx = listing.Ptx is not null, isOpen = false;
        for (int i = 0; i < listing.CSharp.Count; i++)
        {
            CSharpRow row = listing.CSharp[i];
            if (row.IsFirst)
            {
                if (isOpen) html.Append("</pre>");
                html.Append($"<div class=\"file\">{CodeHtml.Escape(row.File.Path)}</div><pre>");
                isOpen = true;
            }
            string fate = row.Fate(hasPtx);
            bool isGone = row.IsCode && row.Instructions == 0 && (hasPtx || row.DeviceLines == 0);
            html.Append("<span class=\"l").Append(isGone ? " gone" : "").Append(
                CultureInfo.InvariantCulture, $"\" data-r=\"{i}\" data-n=\"{row.Number}\"");
            if (fate.Length > 0) html.Append($" data-f=\"{CodeHtml.Escape(fate)}\"");
            html.Append('>').Append(CodeHtml.Line(row.Text)).Append("</span>");
        }
        if (isOpen) html.Append("</pre>");
    }

    static void Pane(StringBuilder html, string id, IReadOnlyList<ListedLine> lines, Func<string, string> colour)
    {
        html.Append($"<div class=\"pane\" data-pane=\"{id}\"{(id == "opencl" ? "" : " hidden")}><pre>");
        foreach (ListedLine line in lines)
        {
            html.Append("<span class=l");
            if (line.Rows.Count > 0) html.Append(" data-c=\"").AppendJoin(' ', line.Rows).Append('"');
            if (line.Note.Length > 0) html.Append($" data-f=\"from {CodeHtml.Escape(line.Note)}\"");
            html.Append('>').Append(colour(line.Text)).Append("</span>");
        }
        html.Append("</pre></div>\n");
    }
}
