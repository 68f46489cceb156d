using System.Text;
using TripletGpu.Kernels;
using TripletGpu.Runner.Book.Code;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Book;

/// <summary>The first page: the chapters in the order of reading, and a search over all.</summary>
sealed class IndexPage(BookContext book)
{
    /// <summary>The page as HTML.</summary>
    public string Render()
    {
        StringBuilder body = new();
        body.Append(
            $"""
            <h1>The kernel book</h1>
            <p class="lead">{book.Kernels.Sum(k => k.Forms.Count)} programs of {book.Kernels.Count} kernels, and
            {book.Operations.Count} operations made of them: the formula, what runs in parallel, and each line of C#
            beside the OpenCL C, CUDA C and PTX that it becomes.</p>
            <form class="search" role="search"><input id="search" type="search"
            placeholder="Search: max, softmax, memory..." aria-label="Search">
            <select id="kind" aria-label="Kind"><option value="">everything</option>
            <option value="op">operations</option><option value="kernel">kernels</option></select>
            <output id="found"></output></form>

            """);
        body.Append("<section class=\"chapters\"><h2>In the order of reading</h2><ol>");
        body.Append("<li><a href=\"step.html\"><b>One step of training, number by number</b></a>: from the pixels of a"
            + " real batch to a changed weight</li>");
        foreach (BookFamily family in book.Families)
            body.Append($"<li><a href=\"#{KernelPage.Anchor(family)}\">{BookPage.Escape(family.Title)}</a></li>");
        body.Append("<li><a href=\"prelude.html\">The preludes</a>: what the names in generated text mean to each"
            + " compiler</li></ol></section>\n");
        foreach (BookFamily family in book.Families) body.Append(Family(family));
        return BookPage.Wrap("Contents", "", "", body.ToString());
    }

    string Family(BookFamily family)
    {
        StringBuilder html = new();
        html.Append($"<section class=\"family\" id=\"{KernelPage.Anchor(family)}\">"
            + $"<h2>{BookPage.Escape(family.Title)}</h2><p class=\"soft\">{BookPage.Escape(family.About)}</p>\n"
            + "<ul class=\"entries\">");
        foreach (OperationChapter op in book.Operations.Where(o => o.Family == family))
            html.Append($"<li data-kind=\"op\"><a href=\"ops/{PageName.OfOperation(op.Name)}\">"
                + $"{BookPage.Escape(op.Name)}</a> <span class=\"soft\">operation:"
                + $" {Words(book.OperationTable.Cell(op.Name, "formula"))}</span></li>\n");
        foreach (KernelChapter kernel in book.Kernels.Where(k => k.Family == family)) html.Append(Kernel(kernel));
        return html.Append("</ul></section>\n").ToString();
    }

    string Kernel(KernelChapter kernel)
    {
        StringBuilder html = new();
        string first = PageName.OfKernel(kernel.Forms[0].Name);
        html.Append($"<li data-kind=\"kernel\"><a href=\"kernels/{first}\">{BookPage.Escape(kernel.Name)}</a>"
            + $" <span class=\"soft\">{Says(kernel)}</span>");
        if (kernel.Forms.Count > 1)
        {
            html.Append("<div class=\"chips\">");
            foreach (KernelSource form in kernel.Forms)
                html.Append($"<a href=\"kernels/{PageName.OfKernel(form.Name)}\">"
                    + $"{BookPage.Escape(string.Join(", ", BookContext.Arguments(form.Name)))}</a> ");
            html.Append("</div>");
        }
        return html.Append("</li>\n").ToString();
    }

    /// <summary>What the table says of a kernel; where that leans on another row, its own comment.</summary>
    string Says(KernelChapter kernel)
    {
        string cell = book.KernelTable.Cell(kernel.Name, "formula");
        if (!cell.StartsWith("as ", StringComparison.Ordinal) && !cell.StartsWith("the same", StringComparison.Ordinal))
            return Words(cell);
        string[] comment =
        [
            .. kernel.Forms[0].CSharp.Split('\n').TakeWhile(l => l.StartsWith("///", StringComparison.Ordinal))
                .Select(l => l[3..]),
        ];
        string words = DocComment.Plain(string.Join(' ', comment));
        return BookPage.Escape(words.Split(". ")[0].TrimEnd('.'));
    }

    static string Words(string cell) => DocTable.Html(cell);
}
