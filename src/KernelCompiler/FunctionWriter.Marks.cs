using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using static Microsoft.CodeAnalysis.CSharp.SyntaxKind;

namespace TripletGpu.KernelCompiler;

/// <summary>Which line of C# each piece of text is from (<see cref="LineMarks"/>).</summary>
sealed partial class FunctionWriter
{
    /// <summary>Text that has replaced an expression, with the line of the expression.</summary>
    static ExpressionSyntax Marked(ExpressionSyntax node, ExpressionSyntax result) =>
        result is IdentifierNameSyntax name
            ? name.WithIdentifier(SyntaxFactory.Identifier(
                name.GetLeadingTrivia(), LineMarks.Of(node) + name.Identifier.Text, name.GetTrailingTrivia()))
            : result;

    /// <summary>Keywords and braces stay as they are, and many a line has nothing else.</summary>
    public override SyntaxToken VisitToken(SyntaxToken token)
    {
        SyntaxToken result = base.VisitToken(token);
        return token.Kind() is OpenBraceToken or CloseBraceToken or IfKeyword or ElseKeyword or ForKeyword
            or WhileKeyword or DoKeyword or ReturnKeyword or BreakKeyword or ContinueKeyword or SwitchKeyword
            or CaseKeyword or DefaultKeyword
            ? result.WithLeadingTrivia(result.LeadingTrivia.Add(Trivia(WhitespaceTrivia, LineMarks.Of(token))))
            : result;
    }

    public override SyntaxTrivia VisitTrivia(SyntaxTrivia trivia) =>
        trivia.SyntaxTree == body.SyntaxTree && trivia.IsKind(SingleLineCommentTrivia)
            && !LineMarks.Has(trivia.ToString())
            ? Trivia(SingleLineCommentTrivia, LineMarks.Of(body.SyntaxTree, trivia.SpanStart) + trivia)
            : trivia;

    T WithTriviaFrom<T>(T node, SyntaxNode like) where T : SyntaxNode =>
        node.WithLeadingTrivia(VisitList(like.GetLeadingTrivia()))
            .WithTrailingTrivia(VisitList(like.GetTrailingTrivia()));

    static SyntaxTrivia Trivia(SyntaxKind kind, string text) => SyntaxFactory.SyntaxTrivia(kind, text);
}
