using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace TripletGpu.Runner.Book.Code;

/// <summary>Lines of code as HTML: words of the language, numbers and comments in colours of their own.</summary>
static partial class CodeHtml
{
    /// <summary>C# and C.</summary>
    public static string Line(string text) => Coloured(text, Words());

    /// <summary>PTX, whose first word says what is done.</summary>
    public static string Ptx(string text) => Coloured(text, PtxWords());

    static string Coloured(string text, Regex words)
    {
        StringBuilder html = new();
        int at = 0;
        foreach (Match match in words.Matches(text))
        {
            html.Append(Escape(text[at..match.Index]));
            string kind = match.Groups["comment"].Success ? "cm" : match.Groups["number"].Success ? "nu" : "kw";
            html.Append("<i class=").Append(kind).Append('>').Append(Escape(match.Value)).Append("</i>");
            at = match.Index + match.Length;
        }
        return html.Append(Escape(text[at..])).ToString();
    }

    /// <summary>Text that HTML takes as it is.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    [GeneratedRegex(
        @"(?<comment>//.*$)|(?<word>\b(public|private|internal|static|const|readonly|struct|record|class|void|int|uint|"
        + @"float|bool|long|ulong|double|byte|if|else|for|while|do|return|break|continue|switch|case|default|ref|out|"
        + @"in|new|where|var|true|false|unchecked|get|typedef|enum|inline|__kernel|__global|__local|__private|"
        + @"__constant|"
        + @"restrict|__restrict__|__global__|__device__|__shared__|__forceinline__|constexpr|extern|float4|float16|"
        + @"namespace|using|sealed|override|yield|foreach|this)\b)|(?<number>\b\d[\w.]*)")]
    private static partial Regex Words();

    [GeneratedRegex(
        @"(?<comment>//.*$)|(?<word>^\s*(@!?%\w+\s+)?[a-z][\w.:]*)|(?<word>^\s*\.\w+)|(?<number>\b0[fxd]\w+|\b\d+\b)")]
    private static partial Regex PtxWords();
}
