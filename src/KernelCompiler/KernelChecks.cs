using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>What a kernel's signature must keep to, and that its items reach barriers together.</summary>
static class KernelChecks
{
    const int MostParameters = 14;

    public static void Check(KernelShape shape, MethodDeclarationSyntax declaration, Translation translation)
    {
        IMethodSymbol method = shape.Method;
        if (declaration.Parent is TypeDeclarationSyntax type
            && !(type.Modifiers.Any(SyntaxKind.PartialKeyword) && type.Modifiers.Any(SyntaxKind.StaticKeyword)))
            translation.Report(Rules.Partial, type.Identifier.Parent!, method.ContainingType.Name);
        foreach (string fault in SignatureFaults(shape)) translation.Report(Rules.Signature, declaration, fault);
        if (method.Parameters.Length > MostParameters)
            translation.Report(Rules.Parameters, declaration.ParameterList, $"{method.Parameters.Length}");
        foreach (ITypeParameterSymbol parameter in method.TypeParameters.Where(t => KernelShape.Interface(t) == ""))
            translation.Report(Rules.TypeParameter, declaration, parameter.Name);
        foreach (IParameterSymbol p in shape.Values) CheckLayout(p, translation);
        if (shape.IndexDimensions == 0)
            new Uniformity(translation, translation.Convergence).Check(method, varyingParameters: 0);
    }

    static IEnumerable<string> SignatureFaults(KernelShape shape)
    {
        IMethodSymbol method = shape.Method;
        if (!method.IsStatic || !method.ReturnsVoid) yield return "a kernel is a static method that returns void";
        if (method.ContainingType.IsGenericType || method.ContainingType.ContainingType != null)
            yield return "a kernel's class is neither generic nor nested";
        if (method.Parameters.Any(p => p.RefKind != RefKind.None))
            yield return "a kernel takes views, numbers and structs by value: write results through a view";
        if (shape.Values.Any(p =>
            Views.IndexDimensions(p.Type) > 0)) yield return "a kernel's index is its first parameter";
        if (!shape.Values.Any(p => Views.Is(p.Type))) yield return "a kernel without views has no result";
        if (shape.HasGroup
            && shape.IndexDimensions > 0) yield return "a kernel with an index has no group size of its own";
        if (!shape.HasGroup && shape.IndexDimensions == 0)
            yield return "a kernel needs an index parameter or a group size: [Kernel(64)]";
        if (shape.GroupOf != null && method.TypeParameters.All(t => t.Name != shape.GroupOf))
            yield return $"'{shape.GroupOf}' is not a type parameter of this kernel";
        if (shape.GroupOf == null
            && shape.Items > 1024) yield return $"{shape.Items} items: devices take at most 1024 a group";
    }

    /// <summary>bool has no size that C# and OpenCL C agree on.</summary>
    static void CheckLayout(IParameterSymbol p, Translation translation)
    {
        ITypeSymbol type = Views.Is(p.Type) ? Views.Element(p.Type) : p.Type;
        if (HasBool(type)) translation.Report(Rules.ArgumentLayout, Source.Declaration(p)!, "bool", p.Name);
    }

    static bool HasBool(ITypeSymbol type) => type.SpecialType == SpecialType.System_Boolean
        || type is INamedTypeSymbol { TypeKind: TypeKind.Struct, SpecialType: SpecialType.None } s && !Views.IsIlgpu(s)
        && Translation.Fields(s).Any(f => HasBool(f.Type));
}
