using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// Which views of a method are written (the others become <c>const</c>) and of which the length is asked (the others
/// travel without one). Both follow views through variables and helper calls.
/// </summary>
sealed class ViewUse
{
    readonly HashSet<ISymbol> written = new(SymbolEqualityComparer.Default);
    readonly HashSet<ISymbol> measured = new(SymbolEqualityComparer.Default);
    readonly List<(ISymbol Alias, ISymbol Of, bool WithLength)> aliases = [];

    public bool Writes(ISymbol view) => written.Contains(view);

    public bool Measures(ISymbol view) => measured.Contains(view);

    public static ViewUse Of(IMethodSymbol method, Translation translation)
    {
        if (translation.Uses.TryGetValue(method, out ViewUse? known)) return known;
        ViewUse use = translation.Uses[method] = new ViewUse();
        if (Source.Body(method) is not { } body) return use;
        SemanticModel model = translation.Compilation.GetSemanticModel(body.SyntaxTree);
        foreach (SyntaxNode node in body.DescendantNodesAndSelf()) use.Add(node, model, translation);
        use.FollowAliases();
        return use;
    }

    void Add(SyntaxNode node, SemanticModel model, Translation translation)
    {
        switch (node)
        {
            case AssignmentExpressionSyntax a when Views.Is(model.GetTypeInfo(a.Left).Type):
                Alias(model.GetSymbolInfo(a.Left).Symbol, a.Right, model);
                break;
            case AssignmentExpressionSyntax a: Write(a.Left, model); break;
            case PostfixUnaryExpressionSyntax p: Write(p.Operand, model); break;
            case PrefixUnaryExpressionSyntax p
                when p.IsKind(SyntaxKind.PreIncrementExpression) || p.IsKind(SyntaxKind.PreDecrementExpression):
                Write(p.Operand, model);
                break;
            case ArgumentSyntax a when a.RefKindKeyword.Kind() is SyntaxKind.RefKeyword or SyntaxKind.OutKeyword:
                Write(a.Expression, model);
                break;
            case MemberAccessExpressionSyntax { Name.Identifier.Text: "IntLength" or "Length" } m
                when Views.Is(model.GetTypeInfo(m.Expression).Type):
                if (Root(m.Expression, model, out bool whole) is { } asked && whole) measured.Add(asked);
                break;
            case VariableDeclaratorSyntax { Initializer: { } init } v when Views.Is(model.GetTypeInfo(init.Value).Type):
                Alias(model.GetDeclaredSymbol(v), init.Value, model);
                break;
            case InvocationExpressionSyntax call
                when model.GetSymbolInfo(call).Symbol is IMethodSymbol callee && Source.Body(callee) != null:
                AddCall(callee.OriginalDefinition, call, model, translation);
                break;
        }
    }

    void AddCall(IMethodSymbol callee, InvocationExpressionSyntax call, SemanticModel model, Translation translation)
    {
        if (Views.IsIlgpu(callee)) return;
        ViewUse inner = Of(callee, translation);
        foreach ((IParameterSymbol parameter, ArgumentSyntax? argument) in Source.Arguments(callee, call))
        {
            if (!Views.Is(parameter.Type)
                || Root(argument!.Expression, model, out bool whole) is not { } passed) continue;
            if (inner.Writes(parameter)) written.Add(passed);
            if (inner.Measures(parameter) && whole) measured.Add(passed);
        }
    }

    void Alias(ISymbol? alias, ExpressionSyntax value, SemanticModel model)
    {
        if (alias == null) return;
        foreach (ExpressionSyntax branch in value is ConditionalExpressionSyntax c ? [c.WhenTrue, c.WhenFalse]
            : new[] { value })
            if (Root(branch, model, out bool whole) is { } of) aliases.Add((alias, of, whole));
    }

    void FollowAliases()
    {
        for (int i = 0; i < aliases.Count; i++) // as many rounds as the longest chain can need
            foreach ((ISymbol alias, ISymbol of, bool withLength) in aliases)
            {
                if (written.Contains(alias)) written.Add(of);
                if (withLength && measured.Contains(alias)) measured.Add(of);
            }
    }

    void Write(ExpressionSyntax left, SemanticModel model)
    {
        if (Target(left) is { } view && Root(view, model, out _) is { } symbol) written.Add(symbol);
    }

    /// <summary>The view that <c>view[i]</c>, <c>view[i].Field</c> writes to.</summary>
    internal static ExpressionSyntax? Target(ExpressionSyntax left) => left switch
    {
        ElementAccessExpressionSyntax e => e.Expression,
        MemberAccessExpressionSyntax m => Target(m.Expression),
        ParenthesizedExpressionSyntax p => Target(p.Expression),
        _ => null,
    };

    /// <summary>
    /// The variable behind <c>view.SubView(...).Cast...</c>; <paramref name="whole"/>: asking the expression's length
    /// asks the variable's.
    /// </summary>
    internal static ISymbol? Root(ExpressionSyntax view, SemanticModel model, out bool whole)
    {
        whole = true;
        while (true)
            switch (view)
            {
                case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax m } call:
                    whole &= m.Name.Identifier.Text != "SubView" || call.ArgumentList.Arguments.Count == 1;
                    view = m.Expression;
                    break;
                case ParenthesizedExpressionSyntax p: view = p.Expression; break;
                default:
                    return model.GetSymbolInfo(view).Symbol is ILocalSymbol or IParameterSymbol
                    ? model.GetSymbolInfo(view).Symbol : null;
            }
    }
}
