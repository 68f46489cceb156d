using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>Names and operators that C writes differently.</summary>
sealed partial class FunctionWriter
{
    public override SyntaxNode? VisitIdentifierName(IdentifierNameSyntax node) =>
        model.GetSymbolInfo(node).Symbol switch
        {
            IParameterSymbol { RefKind: RefKind.Ref or RefKind.Out } p => Raw($"(*{Names.Safe(p.Name)})", node),
            ILocalSymbol or IParameterSymbol => Raw(Names.Safe(node.Identifier.Text), node),
            IFieldSymbol { IsStatic: true } f => Raw(translation.Constant(f, node), node),
            IFieldSymbol f => Raw("self." + f.Name, node),
            IPropertySymbol { IsStatic: true } p => Raw(translation.Constant(p, node), node),
            IPropertySymbol p => Raw(Property(p, "self", node), node),
            ITypeSymbol t => Raw(translation.Type(t, node), node),
            var other => Unknown(node, other),
        };

    public override SyntaxNode? VisitPredefinedType(PredefinedTypeSyntax node) => Raw(Type(node), node);

    public override SyntaxNode? VisitGenericName(GenericNameSyntax node) => Raw(Type(node), node);

    public override SyntaxNode? VisitQualifiedName(QualifiedNameSyntax node) => Raw(Type(node), node);

    public override SyntaxNode? VisitMemberAccessExpression(MemberAccessExpressionSyntax node)
    {
        switch (model.GetSymbolInfo(node).Symbol)
        {
            case IFieldSymbol { IsStatic: true } f: return Raw(translation.Constant(f, node), node);
            case IFieldSymbol f when Translation.IsVector(f.ContainingType):
                return Raw($"{Text(node.Expression)}.{f.Name.ToLowerInvariant()}", node);
            case IFieldSymbol or IPropertySymbol { IsStatic: false } when IsIndexMember(node, out string text):
                return Raw(text, node);
            case IFieldSymbol f: return Raw($"{Text(node.Expression)}.{(f.CorrespondingTupleField ?? f).Name}", node);
            case IPropertySymbol { IsStatic: true } p when Views.IsIlgpu(p): return GroupProperty(p, node);
            case IPropertySymbol { IsStatic: true, ContainingType.TypeKind: TypeKind.Interface } p:
                return TypeMember(p, node);
            case IPropertySymbol { IsStatic: true } p: return Raw(translation.Constant(p, node), node);
            case IPropertySymbol { Name: "Length" } p when Views.Is(p.ContainingType):
                return Raw($"((int64){Length(node.Expression)})", node);
            case IPropertySymbol { Name: "IntLength" } p when Views.Is(p.ContainingType):
                return Raw(Length(node.Expression), node);
            case IPropertySymbol p when p.ContainingType.DeclaringSyntaxReferences.Length > 0 && !Views.IsIlgpu(p):
                return Raw(Property(p, Text(node.Expression), node), node);
            case var other: return Unknown(node, other);
        }
    }

    /// <summary><c>i.X</c>: a one-dimensional index is a plain int.</summary>
    bool IsIndexMember(MemberAccessExpressionSyntax node, out string text)
    {
        int dimensions = Views.IndexDimensions(model.GetTypeInfo(node.Expression).Type);
        text = dimensions == 0 ? "" : dimensions == 1 ? Text(node.Expression)
            : $"{Text(node.Expression)}.{node.Name.Identifier.Text}";
        return dimensions > 0;
    }

    SyntaxNode GroupProperty(IPropertySymbol p, SyntaxNode node)
    {
        if (p.ContainingType.Name is not ("Grid" or "Group")) return Unknown(node, p);
        if (translation.IsIndexed && p.ContainingType.Name == "Group")
            translation.Report(Rules.Indexed, node);
        return Raw($"{p.ContainingType.Name}_{p.Name}", node);
    }

    /// <summary>
    /// <c>TTile.M</c>: a name that is bound at load for the kernel's own parameter, the constant for a struct
    /// a caller named.
    /// </summary>
    SyntaxNode TypeMember(IPropertySymbol p, MemberAccessExpressionSyntax node)
    {
        if (model.GetSymbolInfo(node.Expression).Symbol is not ITypeSymbol of) return Unknown(node, p);
        ITypeSymbol type = Bound(of);
        if (type is ITypeParameterSymbol) return Raw($"{type.Name}_{p.Name}", node);
        var property = (IPropertySymbol)type.FindImplementationForInterfaceMember(p)!;
        return Raw(translation.Constant(property, node), node);
    }

    /// <summary>A stored property is a field; a computed one a function of the struct.</summary>
    string Property(IPropertySymbol p, string self, SyntaxNode at)
    {
        bool isStored = p.ContainingType.GetMembers().OfType<IFieldSymbol>()
            .Any(f => SymbolEqualityComparer.Default.Equals(f.AssociatedSymbol, p));
        return isStored ? $"{self}.{p.Name}" : $"{translation.Function(p.GetMethod!, spaces, at)}({self})";
    }

    public override SyntaxNode? VisitLiteralExpression(LiteralExpressionSyntax node)
    {
        if (!node.IsKind(SyntaxKind.NumericLiteralExpression)) return base.VisitLiteralExpression(node);
        string text = node.Token.Text.Replace("_", "");
        bool isPlain = node.Token.Value is int && text.All(char.IsDigit)
            || node.Token.Value is int or uint && text.StartsWith("0x", StringComparison.Ordinal);
        return Raw(isPlain ? text : Translation.Literal(node.Token.Value!), node);
    }

    public override SyntaxNode? VisitBinaryExpression(BinaryExpressionSyntax node)
    {
        SpecialType? type = model.GetTypeInfo(node).Type?.SpecialType;
        switch (node.Kind())
        {
            case SyntaxKind.UnsignedRightShiftExpression:
                return Raw(ShiftRight(Text(node.Left), ShiftCount(node.Right, type), type), node);
            case SyntaxKind.LeftShiftExpression or SyntaxKind.RightShiftExpression
                when !model.GetConstantValue(node.Right).HasValue:
                return Raw($"({Text(node.Left)} {node.OperatorToken.Text} {ShiftCount(node.Right, type)})", node);
            case SyntaxKind.ModuloExpression when type is SpecialType.System_Single or SpecialType.System_Double:
                return Raw($"MathF_Mod({Text(node.Left)}, {Text(node.Right)})", node);
            case SyntaxKind.AddExpression or SyntaxKind.SubtractExpression or SyntaxKind.MultiplyExpression
                when wraps && type is SpecialType.System_Int32:
                return Raw(Wrapping(Text(node.Left), node.OperatorToken.Text, Text(node.Right)), node);
            default: return base.VisitBinaryExpression(node);
        }
    }

    /// <summary>In C only unsigned arithmetic wraps.</summary>
    static string Wrapping(string left, string sign, string right) => $"((int)((uint)({left}) {sign} (uint)({right})))";

    /// <summary>C# takes the count modulo the width of the value, C leaves that open.</summary>
    string ShiftCount(ExpressionSyntax count, SpecialType? type)
    {
        string text = Text(count);
        if (model.GetConstantValue(count).HasValue) return text;
        int mask = type is SpecialType.System_Int64 or SpecialType.System_UInt64 ? 63 : 31;
        return $"({(IsPrimary(count) ? text : $"({text})")} & {mask})";
    }

    static string ShiftRight(string left, string count, SpecialType? type) => type switch
    {
        SpecialType.System_Int32 => $"((int)((uint)({left}) >> {count}))",
        SpecialType.System_Int64 => $"((int64)((uint64)({left}) >> {count}))",
        _ => $"(({left}) >> {count})",
    };

    public override SyntaxNode? VisitAssignmentExpression(AssignmentExpressionSyntax node)
    {
        if (!IsStatement(node)) translation.Report(Rules.SideEffect, node, "an assignment");
        if (Views.Is(model.GetTypeInfo(node.Left).Type)) return AssignView(node);
        string left = Text(node.Left);
        SpecialType? type = model.GetTypeInfo(node.Left).Type?.SpecialType;
        switch (node.Kind())
        {
            case SyntaxKind.UnsignedRightShiftAssignmentExpression:
                return Raw($"{left} = {ShiftRight(left, ShiftCount(node.Right, type), type)}", node);
            case SyntaxKind.LeftShiftAssignmentExpression or SyntaxKind.RightShiftAssignmentExpression
                when !model.GetConstantValue(node.Right).HasValue:
                return Raw($"{left} {node.OperatorToken.Text} {ShiftCount(node.Right, type)}", node);
            case SyntaxKind.ModuloAssignmentExpression
                when type is SpecialType.System_Single or SpecialType.System_Double:
                return Raw($"{left} = MathF_Mod({left}, {Text(node.Right)})", node);
            case SyntaxKind.AddAssignmentExpression or SyntaxKind.SubtractAssignmentExpression
                or SyntaxKind.MultiplyAssignmentExpression when wraps && type is SpecialType.System_Int32:
                return Raw($"{left} = {Wrapping(left, node.OperatorToken.Text.TrimEnd('='), Text(node.Right))}", node);
            default: return base.VisitAssignmentExpression(node);
        }
    }

    public override SyntaxNode? VisitPostfixUnaryExpression(PostfixUnaryExpressionSyntax node)
    {
        if (!IsStatement(node)) translation.Report(Rules.SideEffect, node, "an assignment");
        return base.VisitPostfixUnaryExpression(node);
    }

    public override SyntaxNode? VisitPrefixUnaryExpression(PrefixUnaryExpressionSyntax node)
    {
        bool assigns = node.Kind() is SyntaxKind.PreIncrementExpression or SyntaxKind.PreDecrementExpression;
        if (assigns && !IsStatement(node)) translation.Report(Rules.SideEffect, node, "an assignment");
        return base.VisitPrefixUnaryExpression(node);
    }

    public override SyntaxNode? VisitConditionalExpression(ConditionalExpressionSyntax node)
    {
        IlgpuTraps.Check(node, model, translation);
        return base.VisitConditionalExpression(node);
    }

    public override SyntaxNode? VisitCastExpression(CastExpressionSyntax node)
    {
        IlgpuTraps.Check(node, model, translation);
        return base.VisitCastExpression(node);
    }

    static bool IsStatement(ExpressionSyntax node) => node.Parent is ExpressionStatementSyntax
        || node.Parent is ForStatementSyntax f && (f.Incrementors.Contains(node) || f.Initializers.Contains(node));

    public override SyntaxNode? VisitSwitchExpression(SwitchExpressionSyntax node)
    {
        var text = new StringBuilder("(");
        string value = Text(node.GoverningExpression);
        foreach (SwitchExpressionArmSyntax arm in node.Arms)
            if (arm is { Pattern: ConstantPatternSyntax c, WhenClause: null })
                text.Append($"{value} == {Text(c.Expression)} ? {Text(arm.Expression)} : ");
            else if (arm.Pattern is DiscardPatternSyntax) text.Append(Text(arm.Expression));
            else translation.Report(Rules.Syntax, arm, "patterns other than constants");
        if (node.Arms.LastOrDefault()?.Pattern is not DiscardPatternSyntax)
            translation.Report(Rules.Syntax, node, "a switch expression without a last arm _");
        return Raw(text + ")", node);
    }

    public override SyntaxNode? VisitElementAccessExpression(ElementAccessExpressionSyntax node)
    {
        if (model.GetConstantValue(node.ArgumentList.Arguments[0].Expression).Value is < 0)
            translation.Report(Rules.NegativeIndex, node);
        return base.VisitElementAccessExpression(node);
    }

    public override SyntaxNode? VisitTupleExpression(TupleExpressionSyntax node) => Raw(
        $"{translation.Constructor(model.GetTypeInfo(node).ConvertedType!, node)}("
        + $"{string.Join(", ", node.Arguments.Select(a => Text(a.Expression)))})", node);

    public override SyntaxNode? VisitObjectCreationExpression(ObjectCreationExpressionSyntax node) => New(node);

    public override SyntaxNode? VisitImplicitObjectCreationExpression(ImplicitObjectCreationExpressionSyntax node) =>
        New(node);

    SyntaxNode New(BaseObjectCreationExpressionSyntax node)
    {
        if (model.GetTypeInfo(node).Type is not INamedTypeSymbol { TypeKind: TypeKind.Struct } type
            || model.GetSymbolInfo(node).Symbol is not IMethodSymbol constructor)
            return Unknown(node, model.GetTypeInfo(node).Type);
        bool isIndex = Views.IndexDimensions(type) > 1;
        IReadOnlyList<ArgumentSyntax> arguments = node.ArgumentList is { } list ? list.Arguments : [];
        bool isFieldwise = isIndex || Translation.IsVector(type) || Translation.HasFieldwiseConstructor(type);
        if (!isFieldwise || arguments.Count != constructor.Parameters.Length || arguments.Count == 0
            || arguments.Any(a => a.NameColon != null) || node.Initializer != null)
            return Unknown(node, constructor);
        return Raw(
            $"{translation.Constructor(type, node)}({string.Join(", ", arguments.Select(a => Text(a.Expression)))})",
            node);
    }

    /// <summary>In C only unsigned arithmetic wraps: <c>unchecked(a * b)</c> goes through uint.</summary>
    public override SyntaxNode? VisitCheckedExpression(CheckedExpressionSyntax node)
    {
        bool outer = wraps;
        wraps = true;
        ExpressionSyntax result = Raw($"({Text(node.Expression)})", node);
        wraps = outer;
        return result;
    }

    public override SyntaxNode? VisitCheckedStatement(CheckedStatementSyntax node)
    {
        bool outer = wraps;
        wraps = true;
        var block = (BlockSyntax)Visit(node.Block)!;
        wraps = outer;
        return block.WithLeadingTrivia(node.GetLeadingTrivia());
    }
}
