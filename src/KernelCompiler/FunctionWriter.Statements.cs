using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>Declarations, deconstructions and loops.</summary>
sealed partial class FunctionWriter
{
    const int LongestUnrolled = 32;

    public override SyntaxNode? VisitLocalDeclarationStatement(LocalDeclarationStatementSyntax node)
    {
        VariableDeclaratorSyntax variable = node.Declaration.Variables[0];
        if (node.IsConst)
            return Statement(string.Join(" ", node.Declaration.Variables.Select(Constant)).TrimEnd(';'), node);
        if (variable.Initializer?.Value is not { } value || !Views.Is(model.GetTypeInfo(value).Type))
            return base.VisitLocalDeclarationStatement(node);
        if (node.Declaration.Variables.Count > 1) translation.Report(Rules.Syntax, node,
            "several views in one declaration");
        return Statement(DeclareView(variable, value, node), node);
    }

    string Constant(VariableDeclaratorSyntax v)
    {
        var symbol = (ILocalSymbol)model.GetDeclaredSymbol(v)!;
        CheckName(symbol);
        string name = Names.Safe(symbol.Name), value = Text(v.Initializer!.Value);
        return symbol.Type.SpecialType == SpecialType.System_Int32
            ? $"enum {{ {name} = {value} }};"
            : $"const {translation.Type(symbol.Type, v)} {name} = {value};";
    }

    public override SyntaxNode? VisitVariableDeclarator(VariableDeclaratorSyntax node)
    {
        CheckName(model.GetDeclaredSymbol(node)!);
        SyntaxToken name = node.Identifier;
        return ((VariableDeclaratorSyntax)base.VisitVariableDeclarator(node)!).WithIdentifier(
            SyntaxFactory.Identifier(
                name.LeadingTrivia, LineMarks.Of(node.Identifier) + Names.Safe(name.ValueText), name.TrailingTrivia));
    }

    /// <summary><c>var (a, b) = F(x);</c> goes through a temporary struct.</summary>
    public override SyntaxNode? VisitExpressionStatement(ExpressionStatementSyntax node)
    {
        if (node.Expression is not AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.SimpleAssignmentExpression } a
            || a.Left is not (DeclarationExpressionSyntax or TupleExpressionSyntax))
            return base.VisitExpressionStatement(node);
        CheckIsInBlock(node, "a deconstruction");
        string temporary = "tuple" + ++temporaries;
        var right = (INamedTypeSymbol)model.GetTypeInfo(a.Right).ConvertedType!;
        var text = new StringBuilder($"const {translation.Type(right, a)} {temporary} = {Text(a.Right)};");
        int item = 0;
        foreach (SyntaxNode target in DeconstructionTargets(a.Left))
        {
            string type = translation.Type(right.TupleElements[item].Type, a);
            string? left = target switch
            {
                SingleVariableDesignationSyntax v => $"{type} {Names.Safe(v.Identifier.Text)}",
                DeclarationExpressionSyntax { Designation: SingleVariableDesignationSyntax v } =>
                    $"{type} {Names.Safe(v.Identifier.Text)}",
                DiscardDesignationSyntax => null,
                IdentifierNameSyntax { Identifier.Text: "_" } => null,
                ExpressionSyntax e => Text(e),
                _ => null,
            };
            item++;
            if (left != null) text.Append($" {left} = {temporary}.Item{item};");
        }
        return Statement(text.ToString().TrimEnd(';'), node);
    }

    static IEnumerable<SyntaxNode> DeconstructionTargets(ExpressionSyntax left) => left switch
    {
        TupleExpressionSyntax t => t.Arguments.Select(x => (SyntaxNode)x.Expression),
        DeclarationExpressionSyntax { Designation: ParenthesizedVariableDesignationSyntax d } => d.Variables,
        _ => [],
    };

    void CheckIsInBlock(StatementSyntax node, string what)
    {
        if (node.Parent is not (BlockSyntax or SwitchSectionSyntax))
            translation.Report(Rules.Syntax, node, what + " without braces around it");
    }

    public override SyntaxNode? VisitForStatement(ForStatementSyntax node)
    {
        var result = (ForStatementSyntax)base.VisitForStatement(node)!;
        if (!IsShort(node) || node.DescendantNodes()
            .Any(n => translation.Convergence.IsRequiredBy(n, model))) return result;
        SyntaxToken keyword = result.ForKeyword;
        return result.WithForKeyword(SyntaxFactory.Token(
            keyword.LeadingTrivia, SyntaxKind.ForKeyword, "UNROLL for", "UNROLL for", keyword.TrailingTrivia));
    }

    /// <summary>
    /// Whether <c>for (int i = c0; i &lt; c1; i++ or += c2)</c> has few turns, or as many as a type argument says:
    /// tiles are small, and their loops are where a register array needs constant indices.
    /// </summary>
    bool IsShort(ForStatementSyntax node)
    {
        if (node.Declaration?.Variables is not { Count: 1 } v || v[0].Initializer is not { } start
            || node.Condition is not BinaryExpressionSyntax { RawKind: (int)SyntaxKind.LessThanExpression } c
            || node.Incrementors.Count != 1)
            return false;
        ExpressionSyntax? step = node.Incrementors[0] switch
        {
            PostfixUnaryExpressionSyntax { RawKind: (int)SyntaxKind.PostIncrementExpression } => null,
            AssignmentExpressionSyntax { RawKind: (int)SyntaxKind.AddAssignmentExpression } a => a.Right,
            _ => node.Condition,
        };
        object? by = step == null ? 1 : DeviceConstants.Value(step, model);
        if (DeviceConstants.Value(start.Value, model) is int from && DeviceConstants.Value(c.Right, model) is int to
            && by is int and > 0)
            return (to - from + (int)by - 1) / (int)by is > 1 and <= LongestUnrolled;
        return DeviceConstants.Is(start.Value, model) && DeviceConstants.Is(c.Right, model)
            && (step == null || DeviceConstants.Is(step, model));
    }

    StatementSyntax Statement(string text, StatementSyntax like) => WithTriviaFrom(
        SyntaxFactory.ExpressionStatement(SyntaxFactory.IdentifierName(LineMarks.Of(like) + text)), like);
}
