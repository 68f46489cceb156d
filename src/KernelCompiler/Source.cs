using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>From symbols to the syntax that declares them.</summary>
static class Source
{
    public static SyntaxNode? Declaration(ISymbol symbol) =>
        symbol.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax();

    /// <summary>The block or arrow of a method or property getter; null without source.</summary>
    public static SyntaxNode? Body(IMethodSymbol method) => Declaration(method) switch
    {
        BaseMethodDeclarationSyntax m => (SyntaxNode?)m.Body ?? m.ExpressionBody,
        AccessorDeclarationSyntax a => (SyntaxNode?)a.Body ?? a.ExpressionBody,
        ArrowExpressionClauseSyntax a => a,
        _ => null,
    };

    /// <summary>The parameters in their order, each with its argument; null where the default value is taken.</summary>
    public static IEnumerable<(IParameterSymbol Parameter, ArgumentSyntax? Argument)> Arguments(
        IMethodSymbol method, InvocationExpressionSyntax call)
    {
        var given = new ArgumentSyntax?[method.Parameters.Length];
        int at = 0;
        foreach (ArgumentSyntax argument in call.ArgumentList.Arguments)
        {
            string? name = argument.NameColon?.Name.Identifier.Text;
            given[name == null ? at : method.Parameters.First(p => p.Name == name).Ordinal] = argument;
            at++;
        }
        return method.Parameters.Select(p => (p, given[p.Ordinal]));
    }

    /// <summary>The lines of a declaration's XML documentation as // comments, without tags, marked.</summary>
    public static string Comment(ISymbol symbol)
    {
        SyntaxNode? declaration = Declaration(symbol);
        if (declaration is ArrowExpressionClauseSyntax) declaration = declaration.Parent;
        if (declaration == null) return "";
        var text = new StringBuilder();
        int position = declaration.FullSpan.Start;
        foreach (string line in declaration.GetLeadingTrivia().ToFullString().Split('\n'))
        {
            string trimmed = line.Trim();
            if (trimmed.StartsWith("//", StringComparison.Ordinal))
            {
                string words = Regex.Replace(
                    trimmed.TrimStart('/'), "<see cref=\"(.*?)\"/>|<paramref name=\"(.*?)\"/>|<.*?>", "$1$2").Trim();
                if (words.Length > 0)
                    text.Append(LineMarks.Of(declaration.SyntaxTree, position))
                        .Append("// ").Append(WebUtility.HtmlDecode(words)).Append('\n');
            }
            position += line.Length + 1;
        }
        return text.ToString();
    }

    /// <summary>A declaration as it stands in its file, moved to the left margin.</summary>
    public static string Text(SyntaxNode declaration) =>
        Dedent((declaration.GetLeadingTrivia().ToFullString() + declaration.WithoutLeadingTrivia().ToFullString())
            .Trim('\r', '\n'))
            .TrimEnd();

    /// <summary>Lines moved to the left by what they have in common.</summary>
    public static string Dedent(string text, int skip = 0)
    {
        string[] lines = text.Replace("\r", "").Split('\n');
        int margin = lines.Skip(skip).Where(l => l.Trim().Length > 0).Select(l => l.Length - l.TrimStart().Length)
            .DefaultIfEmpty(0).Min();
        return string.Join("\n", lines.Select((l, i) =>
            i < skip || l.Length < margin ? l.Trim() : l.Substring(margin).TrimEnd()));
    }
}
