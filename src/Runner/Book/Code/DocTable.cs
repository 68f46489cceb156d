using System.Text.RegularExpressions;

namespace TripletGpu.Runner.Book.Code;

/// <summary>The rows of a document's tables, by what stands in code in their first column.</summary>
sealed partial class DocTable
{
    readonly Dictionary<string, IReadOnlyDictionary<string, string>> rows = [];

    /// <summary>Reads all tables of a document that have formulas.</summary>
    /// <param name="document">Markdown.</param>
    /// <param name="name">The names of a row, from those in its first column.</param>
    public DocTable(SourceFile document, Func<IReadOnlyList<string>, IEnumerable<string>> name)
    {
        string[] heads = [];
        string before = "";
        foreach (string line in document.Lines)
        {
            string[] cells = Cells(line);
            if (cells is ["", ..] or []) heads = [];
            else if (Rule().IsMatch(line)) heads = Cells(before);
            else if (heads.Contains("formula") && cells.Length == heads.Length)
            {
                Dictionary<string, string> row = [];
                for (int i = 0; i < heads.Length; i++) row[heads[i]] = cells[i];
                foreach (string key in name([.. InCode().Matches(cells[0]).Select(m => m.Groups[1].Value)]))
                    rows.TryAdd(key, row);
            }
            before = line;
        }
    }

    /// <summary>All names.</summary>
    public IEnumerable<string> Names => rows.Keys;

    /// <summary>A cell; empty where there is no such row or column.</summary>
    public string Cell(string name, string column) =>
        rows.TryGetValue(name, out var row) && row.TryGetValue(column, out string? cell) ? cell : "";

    /// <summary>The table of docs/kernels.md: the class stands once in a cell of several.</summary>
    public static DocTable OfKernels(SourceFiles sources) => new(sources.Find("docs/kernels.md")!, names => names
        .Select(n => n.Contains('.', StringComparison.Ordinal) ? n : $"{names[0].Split('.')[0]}.{n}"));

    /// <summary>The tables of docs/ops.md.</summary>
    public static DocTable OfOperations(SourceFiles sources) =>
        new(sources.Find("docs/ops.md")!, names => names.Take(1));

    static string[] Cells(string line) => line.StartsWith('|')
        ? [.. Column().Split(line.Trim().Trim('|')).Select(c => c.Trim().Replace("\\|", "|", StringComparison.Ordinal))]
        : [];

    /// <summary>Markdown of a cell as HTML: code and links, nothing else.</summary>
    public static string Html(string cell) => InCode().Replace(
        Link().Replace(CodeHtml.Escape(cell), "$1"), "<code>$1</code>");

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex InCode();

    [GeneratedRegex(@"\[([^\]]+)\]\([^)]+\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Column();

    [GeneratedRegex(@"^\|[-| ]+\|$")]
    private static partial Regex Rule();
}
