using Microsoft.CodeAnalysis;

namespace TripletGpu.KernelCompiler;

/// <summary>Where a view points.</summary>
enum Space { Global, Shared, Private }

/// <summary>ILGPU's types as the compiler knows them: views become pointers, a one-dimensional index an int.</summary>
static class Views
{
    public static bool Is(ITypeSymbol? type) => type is { Name: "ArrayView" } && IsIlgpu(type);

    public static ITypeSymbol Element(ITypeSymbol view) => ((INamedTypeSymbol)view).TypeArguments[0];

    public static string Text(Space space) => space.ToString().ToUpperInvariant();

    /// <summary>1, 2 or 3 for Index1D, Index2D, Index3D, else 0.</summary>
    public static int IndexDimensions(ITypeSymbol? type) => type?.Name switch
    {
        "Index1D" when IsIlgpu(type) => 1,
        "Index2D" when IsIlgpu(type) => 2,
        "Index3D" when IsIlgpu(type) => 3,
        _ => 0,
    };

    /// <summary>
    /// Whether a type or a member's type is ILGPU's (or the kernel language's, which bears its names).
    /// </summary>
    public static bool IsIlgpu(ISymbol symbol)
    {
        INamespaceSymbol space = symbol.ContainingNamespace;
        while (space.ContainingNamespace is { IsGlobalNamespace: false } outer) space = outer;
        return space.Name == "ILGPU";
    }
}
