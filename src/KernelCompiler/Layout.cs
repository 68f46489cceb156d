using Microsoft.CodeAnalysis;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// Sizes of unmanaged types, the same in C# and in C: fields in their order, each at a multiple of its size.
/// </summary>
static class Layout
{
    public static int SizeOf(ITypeSymbol type)
    {
        if (Primitive(type) is var size and > 0) return size;
        if (Translation.IsVector(type)) return 16;
        if (type is not INamedTypeSymbol { TypeKind: TypeKind.Struct } named) return 4;
        int end = 0, alignment = 1;
        foreach ((_, ITypeSymbol field) in Translation.Fields(named))
        {
            int align = Alignment(field);
            end = (end + align - 1) / align * align + SizeOf(field);
            alignment = Math.Max(alignment, align);
        }
        return (end + alignment - 1) / alignment * alignment;
    }

    static int Alignment(ITypeSymbol type) => Primitive(type) is var size and > 0 ? size
        : Translation.IsVector(type) ? 16
        : type is INamedTypeSymbol { TypeKind: TypeKind.Struct } named
            ? Translation.Fields(named).Select(f => Alignment(f.Type)).DefaultIfEmpty(1).Max()
        : 4;

    static int Primitive(ITypeSymbol type) => type.SpecialType switch
    {
        SpecialType.System_Boolean or SpecialType.System_Byte or SpecialType.System_SByte => 1,
        SpecialType.System_Int16 or SpecialType.System_UInt16 => 2,
        SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Single => 4,
        SpecialType.System_Int64 or SpecialType.System_UInt64 or SpecialType.System_Double => 8,
        _ => 0,
    };
}
