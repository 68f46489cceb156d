using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// Expressions that ILGPU 1.5.3 compiles to something else, for every device but its CPU accelerator, on which one
/// would look for the fault. The findings <c>ilgpu-flag-as-float</c>, <c>ilgpu-negated-flag</c> and
/// <c>ilgpu-casts-merge</c> show them.
/// </summary>
static class IlgpuTraps
{
    /// <summary>A condition as 1 or 0: a float made of it has the bits of 1, and minus it is its opposite.</summary>
    public static void Check(ConditionalExpressionSyntax node, SemanticModel model, Translation translation)
    {
        if (!IsFlag(node, model)) return;
        ExpressionSyntax whole = node;
        while (whole.Parent is ParenthesizedExpressionSyntax outer) whole = outer;
        TypeInfo type = model.GetTypeInfo(whole);
        if (IsFloat(type.ConvertedType)
            || whole.Parent is CastExpressionSyntax cast && IsFloat(model.GetTypeInfo(cast).Type))
            translation.Report(Rules.IlgpuTrap, node, "a condition's 1 or 0 as a float", "1f and 0f");
        else if (whole.Parent!.Kind() is SyntaxKind.UnaryMinusExpression or SyntaxKind.BitwiseNotExpression)
            translation.Report(
                Rules.IlgpuTrap, node, "minus or complement of a condition's 1 or 0", "the two values themselves");
    }

    /// <summary>Two casts of whole numbers in a row, of which one is dropped.</summary>
    public static void Check(CastExpressionSyntax node, SemanticModel model, Translation translation)
    {
        ExpressionSyntax inside = node.Expression;
        while (inside is ParenthesizedExpressionSyntax bracket) inside = bracket.Expression;
        if (inside is not CastExpressionSyntax first) return;
        ITypeSymbol? outer = model.GetTypeInfo(node).Type, inner = model.GetTypeInfo(first).Type;
        if (IsWhole(outer) && IsWhole(inner) && !SymbolEqualityComparer.Default.Equals(outer, inner))
            translation.Report(
                Rules.IlgpuTrap, node, $"({outer}) of ({inner}), two casts in a row", "a mask: (int)x & 255");
    }

    static bool IsFlag(ConditionalExpressionSyntax node, SemanticModel model) =>
        (Constant(node.WhenTrue), Constant(node.WhenFalse)) is (0, 1) or (1, 0)
            && IsWhole(model.GetTypeInfo(node).Type);

    static int? Constant(ExpressionSyntax node) =>
        node is LiteralExpressionSyntax { Token.Value: int value } ? value : null;

    static bool IsFloat(ITypeSymbol? type) =>
        type?.SpecialType is SpecialType.System_Single or SpecialType.System_Double;

    static bool IsWhole(ITypeSymbol? type) =>
        type?.SpecialType is >= SpecialType.System_SByte and <= SpecialType.System_UInt64;
}
