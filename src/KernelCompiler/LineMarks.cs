using System.Globalization;
using System.Text;
using Microsoft.CodeAnalysis;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// Where device text has come from. While it is put together, marks travel inside of it, each with a line of C#; at the
/// end they are taken out, and a list says for every line of the text which lines of C# became it.
/// </summary>
static class LineMarks
{
    // Two characters that no source has.
    const char Begin = '\u0001', End = '\u0002';

    /// <summary>The mark of the line that a declaration's or an expression's first token stands in.</summary>
    public static string Of(SyntaxNode node) => Of(node.SyntaxTree, node.SpanStart);

    /// <summary>The same of a token.</summary>
    public static string Of(SyntaxToken token) => Of(token.SyntaxTree!, token.SpanStart);

    /// <summary>The same of a place in a file.</summary>
    public static string Of(SyntaxTree tree, int position)
    {
        int line = tree.GetText().Lines.GetLinePosition(position).Line + 1;
        string file = tree.FilePath.Substring(tree.FilePath.LastIndexOfAny(['/', '\\']) + 1);
        return $"{Begin}{file}:{line.ToString(CultureInfo.InvariantCulture)}{End}";
    }

    /// <summary>The lines of something that covers several, for text that is laid out in another way.</summary>
    public static string OfAll(SyntaxTree tree, int start, int end)
    {
        var lines = tree.GetText().Lines;
        int first = lines.GetLinePosition(start).Line, last = lines.GetLinePosition(end).Line;
        return string.Concat(Enumerable.Range(first, last - first + 1).Select(l => Of(tree, lines[l].Start)));
    }

    /// <summary>Text with a mark in front of each of its lines.</summary>
    public static string Each(string mark, string text) =>
        string.Join("\n", text.Split('\n').Select(line => line == "" ? line : mark + line));

    public static bool Has(string text) => text.IndexOf(Begin) >= 0;

    /// <summary>Text as a compiler takes it.</summary>
    public static string Remove(string text)
    {
        if (!Has(text)) return text;
        var clean = new StringBuilder(text.Length);
        bool isMark = false;
        foreach (char c in text)
            if (c == Begin) isMark = true;
            else if (c == End) isMark = false;
            else if (!isMark) clean.Append(c);
        return clean.ToString();
    }

    /// <summary>
    /// The lines of C# for each line of a text, between semicolons: <c>Quad.cs:7;8,9;;GemmKernels.cs:30</c>. A file is
    /// named where it is not that of the number before.
    /// </summary>
    public static string Map(string text)
    {
        var map = new StringBuilder();
        string file = "";
        foreach (string line in text.Split('\n'))
        {
            var seen = new List<string>();
            for (int at = line.IndexOf(Begin); at >= 0; at = line.IndexOf(Begin, at + 1))
            {
                string origin = line.Substring(at + 1, line.IndexOf(End, at) - at - 1);
                if (!seen.Contains(origin)) seen.Add(origin);
            }
            for (int i = 0; i < seen.Count; i++)
            {
                int colon = seen[i].LastIndexOf(':');
                string from = seen[i].Substring(0, colon);
                map.Append(i > 0 ? "," : "").Append(from == file ? seen[i].Substring(colon + 1) : seen[i]);
                file = from;
            }
            map.Append(';');
        }
        return map.ToString(0, map.Length - 1);
    }
}
