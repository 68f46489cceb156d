using System.Text;
using TripletGpu.Kernels;
using TripletGpu.Runner.Book.Code;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Book;

/// <summary>The page of an operation.</summary>
sealed class OperationPage(BookContext book)
{
    /// <summary>The page as HTML.</summary>
    public string Render(OperationChapter chapter)
    {
        BookOp says = chapter.Says;
        int place = book.Operations.ToList().IndexOf(chapter);
        StringBuilder body = new();
        body.Append($"<h1>{BookPage.Escape(chapter.Name)}</h1>\n<p class=\"lead\">An operation of the engine: a shape"
            + " rule, a forward and a backward pass.</p>\n");
        string where = says.Where is { } w ? $"<p class=\"soft\">{BookPage.Escape(w)}</p>" : "";
        body.Append(BookPage.Section("Formula", BookPage.Formulas(says.Formula) + where));
        body.Append(BookPage.Section("Gradient", BookPage.Formulas(says.Gradient)));
        body.Append(BookPage.Section("In use", BookPage.Facts(
            ("call", Cell(chapter, "call")), ("saves for the way back", Cell(chapter, "saves")),
            ("at the edges", Cell(chapter, "at the edges")),
            ("next in a training step", says.Next is { } next ? Link(next) : ""))));
        body.Append(BookPage.Section("Kernels on a GPU", Kernels("forward", says.Forward, chapter)
            + Kernels("backward", says.Backward, chapter)));
        body.Append(BookPage.Section("The operation", Source(chapter.Name)));
        StringBuilder oracle = new();
        foreach (string member in says.Oracle)
            if (CodeExcerpt.Member(book.Sources, "tests/Oracle", member) is { } code) oracle.Append(code.Html());
        body.Append(BookPage.Section("The oracle, in double precision", oracle.ToString()));
        body.Append(BookPage.Section("Test cases", BookPage.Cases(book.Cases.OfOperation(chapter.Name, says))));
        body.Append(BookPage.Neighbours(Neighbour(place - 1), Neighbour(place + 1)));
        string trail = $" / <a href=\"../index.html#{KernelPage.Anchor(chapter.Family)}\">"
            + $"{BookPage.Escape(chapter.Family.Title)}</a>";
        return BookPage.Wrap(chapter.Name, "../", trail, body.ToString());
    }

    string Cell(OperationChapter chapter, string column) =>
        DocTable.Html(book.OperationTable.Cell(chapter.Name, column));

    static string Link(string operation) =>
        $"<a href=\"{PageName.OfOperation(operation)}\">{BookPage.Escape(operation)}</a>";

    (string, string)? Neighbour(int place) => place >= 0 && place < book.Operations.Count
        ? (PageName.OfOperation(book.Operations[place].Name), book.Operations[place].Name) : null;

    string Kernels(string pass, string[]? launched, OperationChapter chapter)
    {
        if (launched is null or []) return "";
        IEnumerable<string> links =
            from name in launched
            let kernel = book.Kernels.FirstOrDefault(k => k.Name == name)
            where kernel is not null
            let form = Form(kernel, chapter.Name)
            select $"<a href=\"../kernels/{PageName.OfKernel(form.Name)}\">{BookPage.Escape(name)}</a>";
        return $"<p>{pass}: {string.Join(", ", links)}</p>\n";
    }

    /// <summary>The form of a kernel that is the operation's, if one is.</summary>
    static KernelSource Form(KernelChapter kernel, string operation) =>
        kernel.Forms.FirstOrDefault(f => BookContext.Arguments(f.Name).Contains(operation)) ?? kernel.Forms[0];

    /// <summary>The record of an operation, or the struct of a function.</summary>
    string Source(string operation)
    {
        string[] folders =
            ["src/Engine/Ops", "src/Engine/MetricLearning", "src/Engine/PairLosses", "src/Kernels/Functions"];
        foreach (string folder in folders)
            if (book.Sources.Find($"{folder}/{operation}.cs") is { } file
                && (file.FindMember(operation, "record") ?? file.FindMember(operation, "struct")) is { } lines)
                return new CodeExcerpt(file, lines.First, lines.Last).Html();
        return "";
    }
}
