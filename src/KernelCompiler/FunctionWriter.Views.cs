using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>Views: pointers in an address space, with a length beside them where somebody asks for it.</summary>
sealed partial class FunctionWriter
{
    string DeclareView(VariableDeclaratorSyntax variable, ExpressionSyntax value, LocalDeclarationStatementSyntax node)
    {
        var local = (ILocalSymbol)model.GetDeclaredSymbol(variable)!;
        CheckName(local);
        string name = Names.Safe(local.Name);
        if (value is InvocationExpressionSyntax call && model.GetSymbolInfo(call).Symbol is IMethodSymbol called
            && called.ContainingType.Name is "SharedMemory" or "LocalMemory")
        {
            spaces[local] = called.ContainingType.Name == "SharedMemory" ? Space.Shared : Space.Private;
            if (spaces[local] == Space.Shared) CheckShared(value, node);
            return DeclareArray(local, name, called, call);
        }
        spaces[local] = SpaceOf(value);
        string text = Text(value);
        string shown = LineMarks.Remove(text);
        if (shown.StartsWith("(", StringComparison.Ordinal) && shown.EndsWith(")", StringComparison.Ordinal)
            && IsSubView(value))
            text = text.Remove(text.Length - 1).Remove(text.IndexOf('('), 1);
        return $"{Pointer(local, local.Type)} {name} = {text}"
            + (use.Measures(local) ? $"; int {name}_length = {Length(value)}" : "");
    }

    void CheckShared(ExpressionSyntax value, LocalDeclarationStatementSyntax node)
    {
        if (translation.IsIndexed) translation.Report(Rules.Indexed, value);
        else if (!isKernel || node.Parent != body) translation.Report(Rules.Shared, value);
    }

    string DeclareArray(ILocalSymbol local, string name, IMethodSymbol called, InvocationExpressionSyntax call)
    {
        ExpressionSyntax extent = call.ArgumentList.Arguments[0].Expression;
        if (!DeviceConstants.Is(extent, model)) translation.Report(Rules.Extent, extent);
        string type = translation.Type(called.TypeArguments[0], call), text = Text(extent);
        string length = use.Measures(local) ? $"; enum {{ {name}_length = {text} }}" : "";
        if (spaces[local] == Space.Private) return $"{type} {name}[{text}]{length}";
        translation.Shared.Add(
            Layout.SizeOf(called.TypeArguments[0]), DeviceConstants.Value(extent, model) as int?,
            DeviceConstants.Text(extent, model));
        if (translation.Shared.KnownBytes > SharedUse.Limit)
            translation.Report(Rules.SharedSize, call, $"{translation.Shared.KnownBytes}");
        return $"SHARED_ARRAY {type} {name}[{text}]{length}";
    }

    ExpressionSyntax AssignView(AssignmentExpressionSyntax node)
    {
        if (model.GetSymbolInfo(node.Left).Symbol is not { } view || !spaces.TryGetValue(view, out Space declared))
            return (ExpressionSyntax)Unknown(node, null);
        Space space = SpaceOf(node.Right);
        if (space != declared) translation.Report(Rules.Space, node, view.Name, $"{declared}", $"{space}");
        string name = Names.Safe(view.Name);
        return Raw(
            $"{name} = {Text(node.Right)}" + (use.Measures(view) ? $", {name}_length = {Length(node.Right)}" : ""),
            node);
    }

    static bool IsSubView(ExpressionSyntax value) =>
        value is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax called }
            && called.Name.Identifier.Text == "SubView";

    string ViewExpression(InvocationExpressionSyntax node, IMethodSymbol called)
    {
        ExpressionSyntax receiver = ((MemberAccessExpressionSyntax)node.Expression).Expression;
        switch (called.Name)
        {
            case "SubView":
                ExpressionSyntax first = node.ArgumentList.Arguments[0].Expression;
                if (model.GetConstantValue(first).Value is < 0) translation.Report(Rules.NegativeIndex, node);
                string offset = Text(first);
                bool isSum = first is BinaryExpressionSyntax b && !b.IsKind(SyntaxKind.MultiplyExpression)
                    || first is ConditionalExpressionSyntax;
                return $"({Text(receiver)} + {(isSum ? $"({offset})" : offset)})";
            case "Cast":
                ISymbol? root = ViewUse.Root(receiver, model, out _);
                string constant = root != null && use.Writes(root) ? "" : "const ";
                string type = translation.Type(called.TypeArguments[0], node);
                return $"(({Views.Text(SpaceOf(receiver))} {constant}{type}*){Text(receiver)})";
            default: return Unknown(node, called).ToString();
        }
    }

    string Length(ExpressionSyntax view)
    {
        switch (view)
        {
            case ParenthesizedExpressionSyntax p: return Length(p.Expression);
            case IdentifierNameSyntax name: return Names.Safe(name.Identifier.Text) + "_length";
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax m } call when IsSubView(view):
                SeparatedSyntaxList<ArgumentSyntax> arguments = call.ArgumentList.Arguments;
                return arguments.Count == 2
                    ? Text(arguments[1].Expression)
                    : $"({Length(m.Expression)} - ({Text(arguments[0].Expression)}))";
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name: GenericNameSyntax g } m }
                when g.Identifier.Text == "Cast":
                string from = translation.Type(Views.Element(model.GetTypeInfo(m.Expression).Type!), view);
                string to = Type(g.TypeArgumentList.Arguments[0]);
                return $"({Length(m.Expression)} * (int)sizeof({from}) / (int)sizeof({to}))";
            default: return Unknown(view, null).ToString();
        }
    }

    /// <summary>Where a view, or the variable behind a ref, lies.</summary>
    Space SpaceOf(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case ParenthesizedExpressionSyntax p: return SpaceOf(p.Expression);
            case ElementAccessExpressionSyntax e: return SpaceOf(e.Expression);
            case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax m }
                when Views.Is(model.GetTypeInfo(m.Expression).Type):
                return SpaceOf(m.Expression);
            case ConditionalExpressionSyntax c:
                (Space one, Space other) = (SpaceOf(c.WhenTrue), SpaceOf(c.WhenFalse));
                if (one != other) translation.Report(Rules.Space, c, c.ToString(), $"{one}", $"{other}");
                return one;
            case MemberAccessExpressionSyntax m when model.GetSymbolInfo(m).Symbol is IFieldSymbol { IsStatic: false }:
                return SpaceOf(m.Expression);
            default:
                return model.GetSymbolInfo(expression).Symbol is { } s && spaces.TryGetValue(s, out Space space)
                    ? space : Space.Private;
        }
    }
}
