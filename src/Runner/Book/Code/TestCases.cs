using System.Text.RegularExpressions;

namespace TripletGpu.Runner.Book.Code;

/// <summary>The test cases of kernels and operations, as they stand in the tests' source.</summary>
sealed class TestCases(SourceFiles sources)
{
    /// <summary>Cases of a kernel: launches whose result must be what its C# gives.</summary>
    /// <param name="kernel">Class and method.</param>
    public IReadOnlyList<CodeExcerpt> OfKernel(string kernel)
    {
        string[] name = kernel.Split('.');
        List<CodeExcerpt> found = [];
        foreach (SourceFile file in sources.In("tests/Kernels.Tests/Suite"))
        {
            bool isShort = file.Lines.Any(l => l.Contains($"$\"{name[0]}.{{", StringComparison.Ordinal));
            Regex mention = new(
                $"\\$?\"{Regex.Escape(kernel)}[\"<]" + (isShort ? $"|\\bOf\\(\"{name[1]}\"" : ""));
            Collect(file, mention, found);
        }
        // The form for large workspaces gets the cases of the other.
        const string large = "Large";
        return found.Count == 0 && kernel.EndsWith(large, StringComparison.Ordinal) ? OfKernel(kernel[..^large.Length])
            : found;
    }

    /// <summary>Cases of an operation: output and gradients against the oracle.</summary>
    /// <param name="operation">The name of its row.</param>
    /// <param name="says">What the book says of it.</param>
    public IReadOnlyList<CodeExcerpt> OfOperation(string operation, BookOp says)
    {
        string name = Regex.Escape(operation);
        Regex mention = new(says.Cases is { } call ? $@"\b{Regex.Escape(call)}"
            : $@"\b(Unary|Binary|WithScalar)<{name}>\(\s*""|new {name}\(|^\s*{name}\(""|\b{name}\(""|<{name}>\($");
        List<CodeExcerpt> found = [];
        foreach (SourceFile file in sources.In("tests/Engine.Tests/Ops"))
            if (file.Lines.Any(l => l.Contains("IEnumerable<OpCase> Cases", StringComparison.Ordinal)))
                Collect(file, mention, found);
        return found;
    }

    static void Collect(SourceFile file, Regex mention, List<CodeExcerpt> found)
    {
        int last = -1;
        for (int line = 0; line < file.Lines.Length; line++)
        {
            string text = file.Lines[line];
            if (line <= last || !mention.IsMatch(text)
                || text.TrimStart().StartsWith("static", StringComparison.Ordinal)
                || text.TrimStart().StartsWith("//", StringComparison.Ordinal)) continue;
            int first = line;
            if (text.TrimStart() is ['"', ..] or ['$', ..]) first--;
            last = EndOfCase(file, first);
            found.Add(new(file, first + 1, last + 1));
        }
    }

    static int EndOfCase(SourceFile file, int first)
    {
        int depth = 0;
        for (int line = first; line < file.Lines.Length; line++)
        {
            string text = file.Lines[line];
            depth += text.Count(c => c is '(' or '[' or '{') - text.Count(c => c is ')' or ']' or '}');
            if (depth <= 0) return line;
        }
        return first;
    }
}
