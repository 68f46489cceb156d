using System.Text;

namespace TripletGpu.Runner.Book.Code;

/// <summary>Lines of a file.</summary>
/// <param name="File">The file.</param>
/// <param name="First">From 1.</param>
/// <param name="Last">The last one, included.</param>
sealed record CodeExcerpt(SourceFile File, int First, int Last)
{
    /// <summary>A member of a file, <c>Pooling.cs:Max</c>, in a folder; null if there is none.</summary>
    public static CodeExcerpt? Member(SourceFiles sources, string folder, string name)
    {
        string[] parts = name.Split(':');
        SourceFile? file = sources.Find($"{folder}/{parts[0]}");
        return file?.FindMember(parts[1], "(") is { } lines ? new(file, lines.First, lines.Last) : null;
    }

    /// <summary>The lines as HTML.</summary>
    public string Html()
    {
        StringBuilder html = new();
        html.Append("<figure class=code><figcaption>").Append(CodeHtml.Escape(File.Path)).Append(", line ")
            .Append(First).Append("</figcaption><pre>");
        foreach (string line in File.Excerpt(First, Last)) html.Append(CodeHtml.Line(line)).Append('\n');
        return html.Append("</pre></figure>").ToString();
    }
}
