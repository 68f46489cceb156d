using System.Text.RegularExpressions;

namespace TripletGpu.Runner.Book.Code;

/// <summary>A file of the repository.</summary>
/// <param name="Path">From its root.</param>
/// <param name="Lines">Its lines.</param>
sealed record SourceFile(string Path, string[] Lines)
{
    /// <summary>Without the folder.</summary>
    public string Name => System.IO.Path.GetFileName(Path);

    /// <summary>
    /// The lines (from 1, the last one included) of a member or type, its comment in front; null if there is none of
    /// the name. Of several the first one, unless <paramref name="declared"/> says how its line looks.
    /// </summary>
    public (int First, int Last)? FindMember(string name, string declared = "")
    {
        Regex head = new(
            @"^\s*(public|internal|private|protected|static|readonly|sealed|IEnumerable)\b[^=]*\b"
            + $@"{Regex.Escape(name)}\b");
        int at = Array.FindIndex(Lines, l => head.IsMatch(l) && l.Contains(declared, StringComparison.Ordinal));
        if (at < 0) return null;
        int first = at;
        while (first > 0 && Lines[first - 1].TrimStart() is ['/', '/', '/', ..] or ['[', ..]) first--;
        return (first + 1, EndOf(at) + 1);
    }

    /// <summary>
    /// The index of the line where what begins at a line has ended: its braces are closed, or a semicolon.
    /// </summary>
    public int EndOf(int start)
    {
        int depth = 0;
        bool opened = false;
        for (int at = start; at < Lines.Length; at++)
            foreach (char c in Lines[at])
                switch (c)
                {
                    case '{' or '(' or '[': depth++; opened |= c == '{'; break;
                    case '}' or ')' or ']':
                        depth--;
                        if (depth == 0 && c == '}' && opened && !Continues(at)) return at;
                        break;
                    case ';' when depth == 0: return at;
                }
        return Lines.Length - 1;
    }

    /// <summary>Whether an initializer's brace is followed by the rest of its statement.</summary>
    bool Continues(int line) => Lines[line].TrimEnd() is [.., ';'] or [.., ','] or [.., ')'];

    /// <summary>Lines from first to last, moved to the left margin.</summary>
    public string[] Excerpt(int first, int last)
    {
        string[] lines = Lines[(first - 1)..last];
        int margin = lines.Where(l => l.Trim().Length > 0).Select(l => l.Length - l.TrimStart().Length)
            .DefaultIfEmpty(0).Min();
        return [.. lines.Select(l => l.Length < margin ? "" : l[margin..])];
    }
}
