using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// Rewrites one C# method into C, node by node: what both languages write alike stays as it is, comments and line
/// breaks included. Views become pointers in the address space that this call of the method has. Replaced text travels
/// as an identifier of that text, which Roslyn does not check.
/// </summary>
sealed partial class FunctionWriter : CSharpSyntaxRewriter
{
    readonly Translation translation;
    readonly IMethodSymbol method;
    readonly bool isKernel;
    readonly IReadOnlyList<ITypeSymbol> typeArguments;
    readonly SyntaxNode body;
    readonly SemanticModel model;
    readonly ViewUse use;
    readonly Dictionary<ISymbol, Space> spaces = new(SymbolEqualityComparer.Default);
    int temporaries;
    bool wraps;

    public FunctionWriter(
        Translation translation, IMethodSymbol method, IReadOnlyDictionary<ISymbol, Space> parameterSpaces,
        bool isKernel,
        IReadOnlyList<ITypeSymbol>? typeArguments = null)
    {
        (this.translation, this.method, this.isKernel) = (translation, method, isKernel);
        this.typeArguments = typeArguments ?? [];
        body = Source.Body(method)!;
        model = translation.Compilation.GetSemanticModel(body.SyntaxTree);
        use = ViewUse.Of(method, translation);
        foreach (KeyValuePair<ISymbol, Space> pair in parameterSpaces) spaces[pair.Key] = pair.Value;
    }

    /// <summary>A helper function with its comment.</summary>
    public string Function(string name)
    {
        var parameters = new List<string>();
        if (!method.IsStatic) parameters.Add($"const {translation.Type(method.ContainingType, body)} self");
        foreach (IParameterSymbol p in method.Parameters) parameters.AddRange(Parameter(p));
        string head = WrappedList.Write(
            $"FUNCTION {translation.Type(method.ReturnType, body)} {name}(", parameters, ")");
        return $"{Source.Comment(method.AssociatedSymbol ?? method)}{LineMarks.Each(Signature(), head)}\n{Body()}";
    }

    /// <summary>The mark of all lines of the method's head.</summary>
    public string Signature()
    {
        SyntaxNode declaration = body.Parent!;
        int last = body.GetFirstToken().GetPreviousToken().SpanStart;
        return LineMarks.OfAll(body.SyntaxTree, declaration.SpanStart, last);
    }

    public IEnumerable<string> Parameter(IParameterSymbol p)
    {
        CheckName(p);
        string name = Names.Safe(p.Name);
        if (Views.Is(p.Type))
        {
            yield return $"{Pointer(p, p.Type)} {name}";
            if (use.Measures(p)) yield return $"int {name}_length";
        }
        else if (p.RefKind is RefKind.Ref or RefKind.Out)
            yield return $"{Views.Text(spaces[p])} {translation.Type(p.Type, body)}* {name}";
        else
            yield return $"{translation.Type(p.Type, body)} {name}";
    }

    /// <summary>The C type of a view: <c>GLOBAL const float*</c>.</summary>
    public string Pointer(ISymbol view, ITypeSymbol type) =>
        $"{Views.Text(spaces[view])}"
        + $" {(use.Writes(view) ? "" : "const ")}{translation.Type(Views.Element(type), body)}*";

    /// <summary>
    /// The braces and what is in them, moved to the left margin; <paramref name="first"/> goes on top.
    /// </summary>
    public string Body(string first = "")
    {
        if (body is ArrowExpressionClauseSyntax arrow)
        {
            string value = Visit(arrow.Expression)!.ToFullString().Trim();
            string lines = first.Replace("\n", "\n    ");
            string mark = LineMarks.Of(arrow.Expression);
            return $"{{\n    {lines}{mark}{(method.ReturnsVoid ? "" : "return ")}{value};\n}}\n";
        }
        foreach (SyntaxTrivia trivia in body.DescendantTrivia(descendIntoTrivia: false).Where(t => t.IsDirective))
            translation.Report(Rules.Directive, trivia.GetStructure()!);
        var block = (BlockSyntax)Visit(body)!;
        string text = Source.Dedent(block.WithoutTrivia().ToFullString(), skip: 1) + "\n";
        return first == "" ? text : text.Insert(2, "    " + first.Replace("\n", "\n    ").TrimEnd(' '));
    }

    public override SyntaxNode? Visit(SyntaxNode? node)
    {
        if (node == null) return null;
        if (!AllowedSyntax.Contains(node))
        {
            translation.Report(Rules.Syntax, node, AllowedSyntax.Describe(node));
            return node;
        }
        SyntaxNode? result = base.Visit(node);
        if (node is not ExpressionSyntax e || result is not ExpressionSyntax r
            || model.GetSymbolInfo(e).Symbol is ITypeSymbol)
            return result;
        translation.CheckDouble(model.GetTypeInfo(e).Type, e);
        return Marked(e, Converted(e, r));
    }

    /// <summary>
    /// C's own conversions differ for int with uint, for 64 bits, and where a built-in function is overloaded.
    /// </summary>
    ExpressionSyntax Converted(ExpressionSyntax node, ExpressionSyntax result)
    {
        TypeInfo info = model.GetTypeInfo(node);
        if (info.Type is not { } from || info.ConvertedType is not { } to
            || SymbolEqualityComparer.Default.Equals(from, to))
            return result;
        bool numbers = from.SpecialType != SpecialType.None && to.SpecialType != SpecialType.None;
        bool wide = to.SpecialType is SpecialType.System_Int64 or SpecialType.System_UInt64;
        bool isArgument = node.Parent is ArgumentSyntax { Parent: ArgumentListSyntax };
        if (!numbers || !isArgument && (!wide || model.GetConstantValue(node).HasValue)) return result;
        string text = result.WithoutTrivia().ToFullString();
        if (!IsPrimary(node)) text = $"({text})";
        return Raw($"({translation.Type(to, node)}){text}", result);
    }

    static bool IsPrimary(ExpressionSyntax node) => node is IdentifierNameSyntax or LiteralExpressionSyntax
        or ParenthesizedExpressionSyntax or InvocationExpressionSyntax or ElementAccessExpressionSyntax
        or MemberAccessExpressionSyntax;

    void CheckName(ISymbol symbol)
    {
        if (symbol.Name.IndexOf('_') >= 0 && Source.Declaration(symbol) is { } at) translation.Report(Rules.Name, at,
            symbol.Name);
    }

    string Type(TypeSyntax type) => translation.Type(model.GetTypeInfo(type).Type!, type);

    string Text(SyntaxNode node) => Visit(node)!.WithoutTrivia().ToFullString();

    ExpressionSyntax Raw(string text, SyntaxNode like) => WithTriviaFrom(SyntaxFactory.IdentifierName(text), like);

    SyntaxNode Unknown(SyntaxNode node, ISymbol? symbol)
    {
        translation.Report(Rules.Call, node, symbol?.ToDisplayString() ?? node.ToString());
        return node;
    }
}
