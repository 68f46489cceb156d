using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// Which calls all items of a group must reach together: barriers, and helpers that hold one.
/// </summary>
sealed class Convergence(Compilation compilation)
{
    readonly Dictionary<IMethodSymbol, bool> known = new(SymbolEqualityComparer.Default);

    /// <summary>Whether this node is a call that needs the whole group.</summary>
    public bool IsRequiredBy(SyntaxNode node, SemanticModel model) =>
        node is InvocationExpressionSyntax call && model.GetSymbolInfo(call).Symbol is IMethodSymbol called
        && (Views.IsIlgpu(called) ? IsIntrinsic(called) : Contains(called.OriginalDefinition));

    /// <summary>Whether a method, or one that it calls, holds such a call.</summary>
    public bool Contains(IMethodSymbol method)
    {
        if (known.TryGetValue(method, out bool contains)) return contains;
        known[method] = false; // while its own calls are looked at: recursion is reported elsewhere
        if (Source.Body(method) is { } body)
        {
            SemanticModel model = compilation.GetSemanticModel(body.SyntaxTree);
            known[method] = body.DescendantNodes().Any(n => IsRequiredBy(n, model));
        }
        return known[method];
    }

    static bool IsIntrinsic(IMethodSymbol called) =>
        called is { Name: "Barrier", ContainingType.Name: "Group" };
}
