using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Kernels;

namespace TripletGpu.Runner.Book.Code;

/// <summary>
/// A kernel in four languages: the C# of the kernel and of all that it calls, and what each line of it became in
/// OpenCL C, CUDA C and PTX.
/// </summary>
sealed class KernelListing
{
    readonly SourceFiles sources;
    readonly List<CSharpRow> rows = [];
    readonly Dictionary<SourceLine, int> rowOf = [];

    /// <summary>Lists a kernel.</summary>
    /// <param name="kernel">Which.</param>
    /// <param name="sources">The C#.</param>
    /// <param name="ptx">By the same source; null where there is none to show.</param>
    public KernelListing(KernelSource kernel, SourceFiles sources, IReadOnlyList<PtxLine>? ptx)
    {
        this.sources = sources;
        IReadOnlyList<IReadOnlyList<SourceLine>> origins = SourceLine.Read(kernel.LineMap());
        string[] body = kernel.Body.Split('\n');
        List<HashSet<SourceLine>> pieces = Pieces(body, origins);
        // The kernel itself stands last in C, which declares before it uses, and first in a book.
        for (int i = pieces.Count - 1; i >= 0; i--) AddPiece(pieces[i == pieces.Count - 1 ? i : pieces.Count - 2 - i]);
        if (ptx is not null) AddParagraphs(ptx.Select(l => l.Origin).OfType<SourceLine>());
        FindStatements();
        OpenCl = Device(kernel.OpenCl, body, origins);
        Cuda = Device(kernel.Cuda, body, origins);
        Ptx = ptx?.Select(Listed).ToList();
        foreach (ListedLine line in OpenCl)
            foreach (int row in line.Rows) rows[row].DeviceLines++;
        foreach (ListedLine line in Ptx ?? [])
            foreach (int row in line.Rows) rows[row].Instructions++;
    }

    /// <summary>The C#.</summary>
    public IReadOnlyList<CSharpRow> CSharp => rows;

    /// <summary>After the prelude, whose names are replaced by what they stand for.</summary>
    public IReadOnlyList<ListedLine> OpenCl { get; }

    /// <summary>The same for CUDA C.</summary>
    public IReadOnlyList<ListedLine> Cuda { get; }

    /// <summary>By ILGPU, for sm_80; null where there is none.</summary>
    public IReadOnlyList<ListedLine>? Ptx { get; }

    /// <summary>The lines of C# behind each constant, struct and function of a program, the kernel last.</summary>
    static List<HashSet<SourceLine>> Pieces(string[] body, IReadOnlyList<IReadOnlyList<SourceLine>> origins)
    {
        List<HashSet<SourceLine>> pieces = [[]];
        int depth = 0;
        for (int i = 0; i < body.Length; i++)
        {
            if (i < origins.Count) pieces[^1].UnionWith(origins[i]);
            depth += body[i].Count(c => c is '{') - body[i].Count(c => c is '}');
            if (depth == 0 && (body[i].EndsWith('}') || body[i].EndsWith(';')) && pieces[^1].Count > 0) pieces.Add([]);
        }
        return [.. pieces.Where(p => p.Count > 0)];
    }

    void AddPiece(HashSet<SourceLine> piece)
    {
        foreach (IGrouping<string, SourceLine> file in piece.GroupBy(l => l.File))
            AddRange(file.First(), file.Min(l => l.Number), file.Max(l => l.Number));
    }

    /// <summary>
    /// What PTX is from and C is not: forms that a prelude replaces, and steps that only ILGPU takes.
    /// </summary>
    void AddParagraphs(IEnumerable<SourceLine> lines)
    {
        foreach (SourceLine line in lines.Where(l => !rowOf.ContainsKey(l)).Distinct().OrderBy(l => (l.File, l.Number)))
        {
            if (rowOf.ContainsKey(line) || sources.Of(line) is not { } file) continue;
            int first = line.Number, last = line.Number;
            while (first > 1 && file.Lines[first - 2].Trim().Length > 0) first--;
            while (last < file.Lines.Length && file.Lines[last].Trim().Length > 0) last++;
            AddRange(line, first, last);
        }
    }

    void AddRange(SourceLine of, int first, int last)
    {
        if (sources.Of(of) is not { } file) return;
        // What ends a statement on a line of its own has no text that went anywhere.
        bool isOpen = file.Lines[(first - 1)..last].Sum(l => l.Count(c => c == '{') - l.Count(c => c == '}')) > 0;
        while (last < file.Lines.Length && (file.Lines[last].Trim() is ");" or "};"
            || isOpen && file.Lines[last].Trim() == "}")) last++;
        while (first > 1 && file.Lines[first - 2].TrimStart().StartsWith("///", StringComparison.Ordinal)) first--;
        string[] texts = file.Excerpt(first, last);
        bool isFirst = true;
        for (int number = first; number <= last; number++)
        {
            if (!rowOf.TryAdd(new(of.File, number), rows.Count)) continue;
            rows.Add(new(file, number, texts[number - first], isFirst));
            isFirst = false;
        }
    }

    /// <summary>
    /// A statement goes on in the next line until it ends, or is the head of another that is complete.
    /// </summary>
    void FindStatements()
    {
        string text = "";
        for (int i = 0; i < rows.Count; i++)
        {
            bool continues = i > 0 && !rows[i].IsFirst && rows[i].IsCode && rows[i - 1].IsCode && !IsComplete(text);
            rows[i].Statement = continues ? rows[i - 1].Statement : i;
            string line = rows[i].Text.Split("//")[0].Trim();
            text = continues ? $"{text} {line}" : line;
        }
    }

    static bool IsComplete(string text) => text is [.., ';'] or [.., '{'] or [.., '}'] or [.., ':']
        || text.EndsWith("else", StringComparison.Ordinal)
        || text.Split(' ', '(')[0] is "if" or "for" or "while" or "else"
            && text.Count(c => c == '(') == text.Count(c => c == ')');

    List<ListedLine> Device(string program, string[] body, IReadOnlyList<IReadOnlyList<SourceLine>> origins)
    {
        string prelude = program[..program.IndexOf(string.Join('\n', body), StringComparison.Ordinal)];
        Macros macros = new(prelude);
        return
        [
            .. body.Select((line, i) => new ListedLine(macros.Expand(line), Rows(i < origins.Count ? origins[i] : []))),
        ];
    }

    int[] Rows(IEnumerable<SourceLine> lines) =>
        [.. lines.Where(rowOf.ContainsKey).Select(l => rowOf[l]).Distinct().Order()];

    /// <summary>A barrier has no line of its own in ILGPU's notes, but that of the statement in front of it.</summary>
    SourceLine Barrier(SourceLine before)
    {
        if (sources.Of(before) is not { } file) return before;
        int next = before.Number;
        while (next < file.Lines.Length && file.Lines[next].Trim() == "{") next++;
        return next < file.Lines.Length && file.Lines[next].Contains("Group.Barrier()", StringComparison.Ordinal)
            ? before with { Number = next + 1 } : before;
    }

    /// <summary>Symbols name the line where a statement begins: all of its lines became what that one says.</summary>
    ListedLine Listed(PtxLine line)
    {
        if (line.Origin is not { } origin) return new(line.Text, []);
        if (line.Text.Contains("bar.sync", StringComparison.Ordinal)) origin = Barrier(origin);
        if (!rowOf.TryGetValue(origin, out int row)) return new(line.Text, [], $"{origin.File}:{origin.Number}");
        int first = rows[row].Statement, last = first;
        while (last + 1 < rows.Count && rows[last + 1].Statement == first) last++;
        return new(line.Text, [.. Enumerable.Range(first, last - first + 1)]);
    }
}
