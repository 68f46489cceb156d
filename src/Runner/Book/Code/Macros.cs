using System.Text;
using System.Text.RegularExpressions;

namespace TripletGpu.Runner.Book.Code;

/// <summary>
/// The names that a prelude defines, replaced by what they stand for: <c>Group_IdxX</c> is <c>(int)get_local_id(0)</c>
/// in OpenCL C. It reads those of one line, which are all that kernels use.
/// </summary>
sealed partial class Macros
{
    readonly Dictionary<string, (string[]? Parameters, string Text)> defined = [];

    /// <summary>Reads a prelude as a device's compiler does: NVRTC's macro is set, others are not.</summary>
    public Macros(string prelude)
    {
        Stack<bool> taken = new();
        foreach (string line in prelude.Split('\n'))
        {
            Match match = Directive().Match(line);
            if (!match.Success) continue;
            string rest = match.Groups["rest"].Value.Trim();
            switch (match.Groups["word"].Value)
            {
                case "ifdef": taken.Push(IsDefined(rest)); break;
                case "ifndef": taken.Push(!IsDefined(rest)); break;
                case "if": taken.Push(true); break;
                case "else" or "elif": taken.Push(!taken.Pop()); break;
                case "endif": taken.Pop(); break;
                case "define" when taken.All(t => t): Define(rest); break;
            }
        }
    }

    bool IsDefined(string name) => name == "__CUDACC_RTC__" || defined.ContainsKey(name);

    void Define(string rest)
    {
        if (rest.EndsWith('\\')) return;
        Match match = Definition().Match(Comment().Replace(rest, ""));
        string[]? parameters = match.Groups["list"].Success
            ? match.Groups["list"].Value.Split(
                ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            : null;
        defined[match.Groups["name"].Value] = (parameters, match.Groups["text"].Value.Trim());
    }

    /// <summary>A line with all of them replaced; comments stay.</summary>
    public string Expand(string line)
    {
        if (line.TrimStart().StartsWith('#')) return line;
        int comment = line.IndexOf("//", StringComparison.Ordinal);
        (string code, string after) = comment < 0 ? (line, "") : (line[..comment], line[comment..]);
        string expanded = Expand(code, []);
        // What stands for nothing leaves its blank.
        string indent = code[..(code.Length - code.TrimStart().Length)];
        return (indent + Blanks().Replace(expanded.TrimStart(), " ") + after).TrimEnd();
    }

    string Expand(string text, HashSet<string> open)
    {
        StringBuilder result = new();
        int at = 0;
        while (at < text.Length)
        {
            Match word = Name().Match(text, at);
            if (!word.Success) break;
            result.Append(text, at, word.Index - at);
            at = word.Index + word.Length;
            if (open.Contains(word.Value) || !defined.TryGetValue(word.Value, out var macro))
            {
                result.Append(word.Value);
                continue;
            }
            string value = macro.Text;
            if (macro.Parameters is { } parameters)
            {
                if (Arguments(text, at) is not { } arguments)
                {
                    result.Append(word.Value);
                    continue;
                }
                at = arguments.End;
                value = Name().Replace(value, m => Array.IndexOf(parameters, m.Value) is var i and >= 0
                    && i < arguments.Values.Count ? arguments.Values[i] : m.Value);
                value = Paste().Replace(value, "");
            }
            result.Append(Expand(value, [.. open, word.Value]));
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    static (List<string> Values, int End)? Arguments(string text, int at)
    {
        if (at >= text.Length || text[at] != '(') return null;
        List<string> values = [];
        int depth = 0, start = at + 1;
        for (int i = at; i < text.Length; i++)
            switch (text[i])
            {
                case '(': depth++; break;
                case ',' when depth == 1:
                    values.Add(text[start..i].Trim());
                    start = i + 1;
                    break;
                case ')' when --depth == 0:
                    values.Add(text[start..i].Trim());
                    return (values, i + 1);
            }
        return null; // goes on in the next line
    }

    [GeneratedRegex(@"^\s*#\s*(?<word>ifdef|ifndef|if|else|elif|endif|define)\b(?<rest>.*)$")]
    private static partial Regex Directive();

    [GeneratedRegex(@"^(?<name>\w+)(\((?<list>[^)]*)\))?(?<text>.*)$")]
    private static partial Regex Definition();

    [GeneratedRegex(@"//.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"(?<![\w.])[A-Za-z_]\w*")]
    private static partial Regex Name();

    [GeneratedRegex(@"\s*##\s*")]
    private static partial Regex Paste();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Blanks();
}
