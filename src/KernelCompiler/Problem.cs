using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace TripletGpu.KernelCompiler;

/// <summary>A diagnostic with value equality, so that an unchanged kernel is not generated again.</summary>
sealed record Problem(DiagnosticDescriptor Rule, string Path, TextSpan Span, LinePositionSpan Lines, string Arguments)
{
    public static Problem At(DiagnosticDescriptor rule, Location where, params string[] arguments) => new(
        rule, where.SourceTree?.FilePath ?? "", where.SourceSpan, where.GetLineSpan().Span,
        string.Join("\n", arguments));

    public Diagnostic ToDiagnostic() =>
        Diagnostic.Create(Rule, Location.Create(Path, Span, Lines), Arguments.Split('\n'));
}
