using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using static Microsoft.CodeAnalysis.CSharp.SyntaxKind;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// The C# that kernels may use. A list of what is allowed, not of what is forbidden: new syntax cannot slip through.
/// </summary>
static class AllowedSyntax
{
    static readonly HashSet<SyntaxKind> Kinds =
    [
        Block, ExpressionStatement, LocalDeclarationStatement, VariableDeclaration, VariableDeclarator,
            EqualsValueClause,
        ForStatement, WhileStatement, DoStatement, IfStatement, ElseClause, ReturnStatement, BreakStatement,
        ContinueStatement, EmptyStatement, SwitchStatement, SwitchSection, CaseSwitchLabel, DefaultSwitchLabel,
        SyntaxKind.SwitchExpression, UncheckedStatement, ArrowExpressionClause, InvocationExpression, ArgumentList,
        BracketedArgumentList, SyntaxKind.Argument, ElementAccessExpression, SimpleMemberAccessExpression,
        IdentifierName,
        QualifiedName, GenericName, TypeArgumentList, PredefinedType, NumericLiteralExpression, TrueLiteralExpression,
        FalseLiteralExpression, ParenthesizedExpression, ConditionalExpression, CastExpression, TupleExpression,
        UncheckedExpression, ObjectCreationExpression, ImplicitObjectCreationExpression, SimpleAssignmentExpression,
        AddAssignmentExpression, SubtractAssignmentExpression, MultiplyAssignmentExpression, DivideAssignmentExpression,
        ModuloAssignmentExpression, AndAssignmentExpression, OrAssignmentExpression, ExclusiveOrAssignmentExpression,
        LeftShiftAssignmentExpression, RightShiftAssignmentExpression, UnsignedRightShiftAssignmentExpression,
        AddExpression, SubtractExpression, MultiplyExpression, DivideExpression, ModuloExpression, LeftShiftExpression,
        RightShiftExpression, UnsignedRightShiftExpression, BitwiseAndExpression, BitwiseOrExpression,
        ExclusiveOrExpression, LogicalAndExpression, LogicalOrExpression, EqualsExpression, NotEqualsExpression,
        LessThanExpression, LessThanOrEqualExpression, GreaterThanExpression, GreaterThanOrEqualExpression,
        UnaryMinusExpression, UnaryPlusExpression, LogicalNotExpression, BitwiseNotExpression, PostIncrementExpression,
        PostDecrementExpression, PreIncrementExpression, PreDecrementExpression,
    ];

    public static bool Contains(SyntaxNode node) => Kinds.Contains(node.Kind());

    /// <summary>A forbidden construct in words, with what to write instead where there is something.</summary>
    public static string Describe(SyntaxNode node) => node.Kind() switch
    {
        ThrowStatement or ThrowExpression or TryStatement => "exceptions: check on the host, before the launch",
        SimpleLambdaExpression or ParenthesizedLambdaExpression or LocalFunctionStatement =>
            "lambdas and local functions: write a private static method",
        StringLiteralExpression or InterpolatedStringExpression => "strings",
        ForEachStatement => "foreach: write a for loop",
        RefExpression or RefType => "ref locals: use the view and an index",
        ArrayCreationExpression or ImplicitArrayCreationExpression or StackAllocArrayCreationExpression
            or CollectionExpression => "arrays: write LocalMemory.Allocate or SharedMemory.Allocate",
        CheckedExpression or CheckedStatement => "checked arithmetic: devices do not check",
        var kind => kind.ToString(),
    };
}
