using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>Calls: of the library, of helpers, of a type parameter's static members.</summary>
sealed partial class FunctionWriter
{
    public override SyntaxNode? VisitInvocationExpression(InvocationExpressionSyntax node)
    {
        if (model.GetSymbolInfo(node).Symbol is not IMethodSymbol called) return Unknown(node, null);
        if (Views.Is(called.ContainingType)) return Raw(ViewExpression(node, called), node);
        if (called is { IsStatic: true, ContainingType.TypeKind: TypeKind.Interface }) return TypeMethod(node, called);
        if (called.ContainingType.TypeKind == TypeKind.Interface) return InstanceMethod(node, called);
        if (Intrinsics.IsAtomic(called)) return Raw(AtomicCall(node, called), node);
        if (called is { Name: "SizeOf", ContainingType.Name: "Interop" } && Views.IsIlgpu(called))
            return Raw($"((int)sizeof({translation.Type(called.TypeArguments[0], node)}))", node);
        if (Intrinsics.Name(called) is { } name)
        {
            if (translation.IsIndexed
                && translation.Convergence.IsRequiredBy(node, model)) translation.Report(Rules.Indexed, node);
            return Raw($"{name}({Arguments(node, called)})", node);
        }
        if (Views.IsIlgpu(called) || Source.Body(called.OriginalDefinition) == null) return Unknown(node, called);
        return Raw(HelperCall(node, called), node);
    }

    string HelperCall(InvocationExpressionSyntax node, IMethodSymbol called)
    {
        IMethodSymbol callee = called.OriginalDefinition;
        List<(IParameterSymbol Parameter, ArgumentSyntax? Argument)> pairs = Source.Arguments(callee, node).ToList();
        var passed = new Dictionary<ISymbol, Space>(SymbolEqualityComparer.Default);
        foreach ((IParameterSymbol p, ArgumentSyntax? argument) in pairs)
            if (Views.Is(p.Type) || p.RefKind is RefKind.Ref or RefKind.Out) passed[p] = SpaceOf(argument!.Expression);
        if (pairs.Any(p => p.Parameter.RefKind is RefKind.Ref or RefKind.Out) && !IsWholeValue(node))
            translation.Report(Rules.SideEffect, node, "a call that writes its arguments");

        var texts = new List<string>();
        if (!callee.IsStatic) texts.Add(node.Expression is MemberAccessExpressionSyntax m ? Text(m.Expression)
            : "self");
        ViewUse inner = ViewUse.Of(callee, translation);
        foreach ((IParameterSymbol p, ArgumentSyntax? argument) in pairs)
        {
            texts.Add(Argument(argument, p));
            if (Views.Is(p.Type) && inner.Measures(p)) texts.Add(Length(argument!.Expression));
        }
        string declarations = Declarations(node);
        string name = translation.Function(callee, passed, node, called.TypeArguments.Select(Bound).ToList());
        return $"{declarations}{name}({string.Join(", ", texts)})";
    }

    /// <summary>A statement of its own, or all of what is assigned, declared or returned.</summary>
    static bool IsWholeValue(ExpressionSyntax node) =>
        node.Parent is ExpressionStatementSyntax or EqualsValueClauseSyntax
        or ReturnStatementSyntax or ArrowExpressionClauseSyntax
        || node.Parent is AssignmentExpressionSyntax a && a.Right == node;

    /// <summary>
    /// <c>TMath.Forward(x)</c>: bound at load for the kernel's own parameter, here and now for a struct a caller named.
    /// </summary>
    SyntaxNode TypeMethod(InvocationExpressionSyntax node, IMethodSymbol called)
    {
        if (node.Expression is not MemberAccessExpressionSyntax m
            || model.GetSymbolInfo(m.Expression).Symbol is not ITypeSymbol of)
            return Unknown(node, called);
        ITypeSymbol type = Bound(of);
        if (type is ITypeParameterSymbol) return Raw($"{type.Name}_{called.Name}({Arguments(node, called)})", node);
        var method = (IMethodSymbol)type.FindImplementationForInterfaceMember(called)!;
        return Raw($"{translation.Function(method, spaces, m)}({Arguments(node, called)})", node);
    }

    /// <summary>
    /// <c>rule.Update(w, g)</c> of an argument whose type is a type parameter: <c>TRule_Update(rule, w, g)</c>,
    /// bound at load.
    /// </summary>
    SyntaxNode InstanceMethod(InvocationExpressionSyntax node, IMethodSymbol called)
    {
        if (node.Expression is not MemberAccessExpressionSyntax m
            || model.GetTypeInfo(m.Expression).Type is not ITypeParameterSymbol type
            || Bound(type) is not ITypeParameterSymbol bound)
            return Unknown(node, called);
        bool writes = called.Parameters.Any(p => p.RefKind is RefKind.Ref or RefKind.Out);
        if (writes && !IsWholeValue(node)) translation.Report(Rules.SideEffect, node,
            "a call that writes its arguments");
        foreach ((IParameterSymbol p, ArgumentSyntax? argument) in Source.Arguments(called, node))
            if (p.RefKind is RefKind.Ref or RefKind.Out && SpaceOf(argument!.Expression) is var space
            && space != Space.Private)
                translation.Report(Rules.Space, argument, argument.Expression.ToString(), $"{space}",
                $"{Space.Private}");
        return Raw($"{bound.Name}_{called.Name}({Text(m.Expression)}, {Arguments(node, called)})", node);
    }

    /// <summary>What a type parameter of this function stands for in this call of it.</summary>
    ITypeSymbol Bound(ITypeSymbol type) =>
        type is ITypeParameterSymbol p && p.Ordinal < typeArguments.Count ? typeArguments[p.Ordinal] : type;

    /// <summary>
    /// OpenCL C 1.2 has neither overloads nor generic pointers: an atomic is named by type and address space too.
    /// </summary>
    string AtomicCall(InvocationExpressionSyntax node, IMethodSymbol called)
    {
        ITypeSymbol type = called.Parameters[0].Type;
        Space space = SpaceOf(node.ArgumentList.Arguments[0].Expression);
        bool isFloating = type.SpecialType is SpecialType.System_Single or SpecialType.System_Double;
        if (space == Space.Private || isFloating && called.Name is "And" or "Or" or "Xor") return Unknown(node,
            called).ToString();
        translation.CheckDouble(type, node);
        return $"ATOMIC({called.Name}, {translation.Type(type, node)}, {Views.Text(space)})({Arguments(node, called)})";
    }

    /// <summary><c>out int x</c> declares x: C needs that before the call.</summary>
    string Declarations(InvocationExpressionSyntax node)
    {
        List<DeclarationExpressionSyntax> declared =
            node.ArgumentList.Arguments.Select(a => a.Expression).OfType<DeclarationExpressionSyntax>().ToList();
        if (declared.Count == 0) return "";
        if (node.Parent is not ExpressionStatementSyntax statement)
            translation.Report(Rules.Syntax, node,
            "an out declaration inside an expression: declare the variable on a line before");
        else CheckIsInBlock(statement, "an out declaration");
        return string.Concat(
            declared.Select(d => $"{translation.Type(model.GetTypeInfo(d).Type!, d)} {Declared(d)}; "));
    }

    static string Declared(DeclarationExpressionSyntax d) =>
        Names.Safe(((SingleVariableDesignationSyntax)d.Designation).Identifier.Text);

    string Arguments(InvocationExpressionSyntax node, IMethodSymbol called) =>
        string.Join(", ", Source.Arguments(called, node).Select(a => Argument(a.Argument, a.Parameter)));

    string Argument(ArgumentSyntax? argument, IParameterSymbol parameter)
    {
        if (argument == null) return Translation.Literal(parameter.ExplicitDefaultValue ?? 0);
        if (argument.Expression is DeclarationExpressionSyntax declaration) return "&" + Declared(declaration);
        bool byReference = parameter.RefKind is RefKind.Ref or RefKind.Out;
        if (!byReference) return Text(argument.Expression);
        return model.GetSymbolInfo(
            argument.Expression).Symbol is IParameterSymbol { RefKind: RefKind.Ref or RefKind.Out } p
            ? Names.Safe(p.Name)
            : "&" + Text(argument.Expression);
    }
}
