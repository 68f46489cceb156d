using System.Net;
using System.Text.RegularExpressions;

namespace TripletGpu.Runner.Book.Code;

/// <summary>The words of a documentation comment.</summary>
static partial class DocComment
{
    /// <summary>Without tags; references by the name of what they refer to.</summary>
    public static string Plain(string xml)
    {
        string text = Reference().Replace(xml, m => m.Groups["name"].Value.Split('.', '(')[^1].Split('{')[0]);
        return Blanks().Replace(WebUtility.HtmlDecode(Tag().Replace(text, "")), " ").Trim();
    }

    [GeneratedRegex("<(see|paramref|typeparamref)\\s+(cref|name)=\"(?<name>[^\"]+)\"\\s*/>")]
    private static partial Regex Reference();

    [GeneratedRegex("<[^>]+>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
