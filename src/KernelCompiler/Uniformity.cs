using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// Finds barriers that only some items of a group may reach, in a kernel and in the helpers it calls. A value varies
/// between items if it comes from an item's own index, from memory at a varying index, from an atomic, or was assigned
/// under a varying condition. Memory at an index that all items share is taken as equal for all: in a kernel without
/// races it is.
/// </summary>
sealed class Uniformity(Translation translation, Convergence convergence)
{
    readonly Translation translation = translation;
    readonly Convergence convergence = convergence;
    readonly Dictionary<(IMethodSymbol, ulong), bool> returns = new();

    /// <summary>
    /// Reports what diverges in a method whose parameters vary as the bits of <paramref name="varyingParameters"/> say;
    /// true if what it returns varies.
    /// </summary>
    public bool Check(IMethodSymbol method, ulong varyingParameters)
    {
        if (returns.TryGetValue((method, varyingParameters), out bool known)) return known;
        returns[(method, varyingParameters)] = true; // while it is looked at: recursion is reported elsewhere
        if (Source.Body(method) is not { } body) return true;
        var check = new MethodCheck(this, method, body, varyingParameters);
        check.Report();
        return returns[(method, varyingParameters)] = check.ReturnVaries;
    }

    sealed class MethodCheck
    {
        readonly Uniformity owner;
        readonly SyntaxNode body;
        readonly SemanticModel model;
        readonly HashSet<ISymbol> varying = new(SymbolEqualityComparer.Default);

        public MethodCheck(Uniformity owner, IMethodSymbol method, SyntaxNode body, ulong varyingParameters)
        {
            (this.owner, this.body) = (owner, body);
            model = owner.translation.Compilation.GetSemanticModel(body.SyntaxTree);
            foreach (IParameterSymbol p in method.Parameters)
                if ((varyingParameters >> p.Ordinal & 1) != 0) varying.Add(p);
            int before;
            do
            {
                before = varying.Count;
                foreach (SyntaxNode node in body.DescendantNodes()) Propagate(node);
            }
            while (varying.Count > before);
        }

        public bool ReturnVaries => body is ArrowExpressionClauseSyntax arrow
            ? Varies(arrow.Expression)
            : body.DescendantNodes().OfType<ReturnStatementSyntax>()
                .Any(r => r.Expression != null && (Varies(r.Expression) || IsUnderVaryingCondition(r)));

        public void Report()
        {
            foreach (InvocationExpressionSyntax call in body.DescendantNodes().OfType<InvocationExpressionSyntax>())
                Varies(call); // looks into the helper, with what varies here
            List<SyntaxNode> convergent =
                body.DescendantNodes().Where(n => owner.convergence.IsRequiredBy(n, model)).ToList();
            foreach (SyntaxNode call in convergent.Where(IsUnderVaryingCondition))
                owner.translation.Report(Rules.Divergent, call);
            foreach (ReturnStatementSyntax early in body.DescendantNodes().OfType<ReturnStatementSyntax>())
                if (convergent.Any(c => c.SpanStart > early.SpanStart) && IsUnderVaryingCondition(early))
                    owner.translation.Report(Rules.Early, early);
        }

        void Propagate(SyntaxNode node)
        {
            switch (node)
            {
                case VariableDeclaratorSyntax { Initializer: { } init } v:
                    if (Varies(init.Value)) varying.Add(model.GetDeclaredSymbol(v)!);
                    break;
                case AssignmentExpressionSyntax a:
                    if (Varies(a.Right) || IsUnderVaryingCondition(a)) Assign(a.Left);
                    break;
                case PostfixUnaryExpressionSyntax p when IsUnderVaryingCondition(p): Assign(p.Operand); break;
                case PrefixUnaryExpressionSyntax p
                    when p.Kind() is SyntaxKind.PreIncrementExpression or SyntaxKind.PreDecrementExpression
                    && IsUnderVaryingCondition(p):
                    Assign(p.Operand);
                    break;
                case ArgumentSyntax a when a.RefKindKeyword.Kind() is SyntaxKind.RefKeyword or SyntaxKind.OutKeyword:
                    Assign(a.Expression); // what a call hands back is not followed
                    break;
                case InvocationExpressionSyntax call
                    when model.GetSymbolInfo(call).Symbol is IMethodSymbol { IsStatic: true } called:
                    foreach (ArgumentSyntax argument in call.ArgumentList.Arguments)
                        if (!Views.IsIlgpu(called) && Views.Is(model.GetTypeInfo(argument.Expression).Type)
                            && ViewUse.Root(argument.Expression, model, out _) is { } view && IsPrivate(view))
                            varying.Add(view);
                    break;
            }
        }

        /// <summary>A variable, or an array of the item's own, has been given a varying value.</summary>
        void Assign(ExpressionSyntax target)
        {
            switch (target)
            {
                case DeclarationExpressionSyntax d:
                    foreach (var v in d.DescendantNodes().OfType<SingleVariableDesignationSyntax>())
                        varying.Add(model.GetDeclaredSymbol(v)!);
                    break;
                case TupleExpressionSyntax t:
                    foreach (ArgumentSyntax argument in t.Arguments) Assign(argument.Expression);
                    break;
                default:
                    if (ViewUse.Target(target) is { } array)
                    {
                        if (ViewUse.Root(array, model, out _) is { } view && IsPrivate(view)) varying.Add(view);
                    }
                    else if (RootVariable(target) is { } variable) varying.Add(variable);
                    break;
            }
        }

        ISymbol? RootVariable(ExpressionSyntax target) =>
            target is MemberAccessExpressionSyntax m ? RootVariable(m.Expression) : model.GetSymbolInfo(target).Symbol;

        bool IsPrivate(ISymbol view) => Source.Declaration(view) switch
        {
            VariableDeclaratorSyntax { Initializer.Value: { } value } =>
                value is InvocationExpressionSyntax call
                    && model.GetSymbolInfo(call).Symbol?.ContainingType.Name == "LocalMemory"
                || ViewUse.Root(value, model, out _) is { } of && IsPrivate(of),
            _ => false,
        };

        bool IsUnderVaryingCondition(SyntaxNode node)
        {
            for (SyntaxNode inner = node, at = node.Parent!; inner != body; inner = at, at = at.Parent!)
            {
                ExpressionSyntax? condition = at switch
                {
                    IfStatementSyntax i when inner != i.Condition => i.Condition,
                    ForStatementSyntax f when inner != f.Declaration => f.Condition,
                    WhileStatementSyntax w => w.Condition,
                    DoStatementSyntax d => d.Condition,
                    SwitchStatementSyntax s => s.Expression,
                    ConditionalExpressionSyntax c when inner != c.Condition => c.Condition,
                    BinaryExpressionSyntax b when inner == b.Right
                        && (b.IsKind(SyntaxKind.LogicalAndExpression) || b.IsKind(SyntaxKind.LogicalOrExpression)) =>
                        b.Left,
                    _ => null,
                };
                if (condition != null && Varies(condition)) return true;
                if (at is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax
                    && LeavesUnevenly(at, node)) return true;
            }
            return false;
        }

        /// <summary>Whether some items leave this loop, or skip the rest of a turn, before others.</summary>
        bool LeavesUnevenly(SyntaxNode loop, SyntaxNode asking) => loop.DescendantNodes()
            .Where(n =>
            n != asking
                && (n is BreakStatementSyntax or ContinueStatementSyntax && LoopOf(n) == loop
                || n is ReturnStatementSyntax))
            .Any(n => n.Ancestors().TakeWhile(a => a != loop).OfType<IfStatementSyntax>()
            .Any(i => Varies(i.Condition)));

        static SyntaxNode? LoopOf(SyntaxNode node) => node.Ancestors().FirstOrDefault(a =>
            a is ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax
            || a is SwitchStatementSyntax && node is BreakStatementSyntax);

        bool Varies(SyntaxNode node)
        {
            switch (node)
            {
                case IdentifierNameSyntax name:
                    return model.GetSymbolInfo(name).Symbol is { } symbol && varying.Contains(symbol);
                case MemberAccessExpressionSyntax m when model.GetSymbolInfo(
                    m).Symbol is IPropertySymbol { IsStatic: true } p:
                    return IsItemsOwn(p);
                case InvocationExpressionSyntax call when model.GetSymbolInfo(call).Symbol is IMethodSymbol called:
                    return CallVaries(call, called);
                default: return node.ChildNodes().Any(Varies);
            }
        }

        bool CallVaries(InvocationExpressionSyntax call, IMethodSymbol called)
        {
            if (Views.IsIlgpu(called))
                return called.ContainingType.Name == "Atomic" || call.ChildNodes().Any(Varies);
            if (Source.Body(called.OriginalDefinition) == null || !called.IsStatic) return call.ChildNodes()
                .Any(Varies);
            ulong mask = 0;
            foreach ((IParameterSymbol parameter,
                ArgumentSyntax? argument) in Source.Arguments(called.OriginalDefinition, call))
                if (argument != null && Varies(argument.Expression)) mask |= 1ul << parameter.Ordinal;
            return owner.Check(called.OriginalDefinition, mask);
        }

        static bool IsItemsOwn(IPropertySymbol p) => Views.IsIlgpu(p) && p.ContainingType.Name switch
        {
            "Group" => p.Name is "IdxX" or "IdxY" or "IdxZ" or "LinearIndex" or "IsFirstThread",
            "Grid" => p.Name is "GlobalIndex" or "GlobalLinearIndex",
            _ => false,
        };
    }
}
