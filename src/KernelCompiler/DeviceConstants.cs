using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// Constants as a device sees them: C#'s own, static properties with a constant expression (<c>public static int M =>
/// 64;</c>), and static members of a type parameter, which are bound when a kernel is loaded.
/// </summary>
static class DeviceConstants
{
    /// <summary>Whether an expression is constant once the kernel's type parameters are bound.</summary>
    public static bool Is(ExpressionSyntax expression, SemanticModel model) => expression switch
    {
        _ when Value(expression, model) != null => true,
        ParenthesizedExpressionSyntax p => Is(p.Expression, model),
        BinaryExpressionSyntax b => Is(b.Left, model) && Is(b.Right, model),
        _ => model.GetSymbolInfo(expression).Symbol is IPropertySymbol
        {
            IsStatic: true,
            ContainingType.TypeKind: TypeKind.Interface
        },
    };

    /// <summary>The value of an expression that is constant now, else null.</summary>
    public static object? Value(ExpressionSyntax expression, SemanticModel model)
    {
        if (model.GetConstantValue(expression) is { HasValue: true } known) return known.Value;
        switch (expression)
        {
            case ParenthesizedExpressionSyntax p: return Value(p.Expression, model);
            case BinaryExpressionSyntax b:
                return Value(b.Left, model) is int left && Value(b.Right, model) is int right
                    ? Apply(b.Kind(), left, right)
                    : null;
            case IdentifierNameSyntax or MemberAccessExpressionSyntax:
                // What an interface says of a type parameter's may be said otherwise by the struct that is bound.
                return model.GetSymbolInfo(expression).Symbol is IPropertySymbol { IsVirtual: false } p2
                    ? Value(p2, model.Compilation) : null;
            default: return null;
        }
    }

    /// <summary>
    /// A constant for generated C#, which sees the kernel's type parameters and no name of its namespace: numbers where
    /// they are known now.
    /// </summary>
    public static string Text(ExpressionSyntax expression, SemanticModel model) => expression switch
    {
        _ when Value(expression, model) is int value => $"{value}",
        ParenthesizedExpressionSyntax p => $"({Text(p.Expression, model)})",
        BinaryExpressionSyntax b => $"{Text(b.Left, model)} {b.OperatorToken.Text} {Text(b.Right, model)}",
        _ => expression.ToString(),
    };

    /// <summary>The value of a static property with a constant expression, else null.</summary>
    public static object? Value(IPropertySymbol property, Compilation compilation)
    {
        if (!property.IsStatic || property.GetMethod == null || property.IsAbstract) return null;
        if (Source.Body(property.GetMethod) is not ArrowExpressionClauseSyntax arrow) return null;
        return Value(arrow.Expression, compilation.GetSemanticModel(arrow.SyntaxTree));
    }

    static object? Apply(SyntaxKind kind, int left, int right) => kind switch
    {
        SyntaxKind.AddExpression => left + right,
        SyntaxKind.SubtractExpression => left - right,
        SyntaxKind.MultiplyExpression => left * right,
        SyntaxKind.DivideExpression when right != 0 => left / right,
        SyntaxKind.ModuloExpression when right != 0 => left % right,
        SyntaxKind.LeftShiftExpression => left << right,
        SyntaxKind.RightShiftExpression => left >> right,
        _ => null,
    };
}
