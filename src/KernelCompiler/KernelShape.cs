using Microsoft.CodeAnalysis;

namespace TripletGpu.KernelCompiler;

/// <summary>What a kernel's signature and attribute say: parameters, index or group size.</summary>
sealed class KernelShape
{
    readonly int[] size;
    readonly string? groupOf;

    public KernelShape(IMethodSymbol method, AttributeData attribute)
    {
        Method = method;
        size = attribute.ConstructorArguments.Select(a => a.Value is int v ? v : 0).ToArray();
        groupOf = Named(attribute, "GroupOf") as string;
        IndexDimensions = method.Parameters.Length > 0 ? Views.IndexDimensions(method.Parameters[0].Type) : 0;
        Values = method.Parameters.Skip(IndexDimensions > 0 ? 1 : 0).ToList();
    }

    public IMethodSymbol Method { get; }

    /// <summary>The parameters without the index.</summary>
    public IReadOnlyList<IParameterSymbol> Values { get; }

    /// <summary>0: explicitly grouped.</summary>
    public int IndexDimensions { get; }

    public bool HasGroup => groupOf != null || size[0] > 0;

    /// <summary>The type parameter whose GroupX and GroupY give the size.</summary>
    public string? GroupOf => groupOf;

    public int Items => size[0] * size[1] * size[2];

    /// <summary>The name in C: <c>Map_TMath</c>.</summary>
    public string Entry => Method.Name + string.Concat(Method.TypeParameters.Select(t => "_" + t.Name));

    public string? GroupInC => !HasGroup ? null
        : groupOf != null ? $"{groupOf}_GroupX, {groupOf}_GroupY, 1" : string.Join(", ", size);

    public string? GroupInCSharp => !HasGroup ? null
        : groupOf != null ? $"{groupOf}.GroupX, {groupOf}.GroupY, 1" : string.Join(", ", size);

    public bool MayAlias(IParameterSymbol p) =>
        p.GetAttributes().Any(a => a.AttributeClass?.Name == "MayAliasAttribute");

    /// <summary>The interface that a type parameter's struct must have; empty if there is none.</summary>
    public static string Interface(ITypeParameterSymbol parameter) => parameter.ConstraintTypes
        .Where(c => c.Name == "IKernelTypeArgument" || c.AllInterfaces.Any(i => i.Name == "IKernelTypeArgument"))
        .Select(c => c.ToDisplayString()).FirstOrDefault() ?? "";

    static object? Named(AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(a => a.Key == name).Value.Value;
}
