using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

sealed partial class Translation
{
    /// <summary>The C type for a C# type; a struct is declared on its first use.</summary>
    public string Type(ITypeSymbol type, SyntaxNode at)
    {
        if (Views.IndexDimensions(type) is var dimensions and > 0) return dimensions == 1 ? "int" : type.Name;
        if (type is INamedTypeSymbol { EnumUnderlyingType: { } underlying })
        {
            if (underlying.SpecialType != SpecialType.System_Int32) Report(Rules.Type, at, type.ToDisplayString());
            return "int";
        }
        switch (type.SpecialType)
        {
            case SpecialType.System_Void: return "void";
            case SpecialType.System_Boolean: return "bool";
            case SpecialType.System_Byte: return "uchar";
            case SpecialType.System_SByte: return "char";
            case SpecialType.System_Int16: return "short";
            case SpecialType.System_UInt16: return "ushort";
            case SpecialType.System_Int32: return "int";
            case SpecialType.System_UInt32: return "uint";
            case SpecialType.System_Int64: return "int64";
            case SpecialType.System_UInt64: return "uint64";
            case SpecialType.System_Single: return "float";
            case SpecialType.System_Double:
                CheckDouble(type, at);
                return "double";
        }
        if (IsVector(type)) return "float4";
        if (IsLanes(type)) return "Lanes16";
        // A struct that kernels are generic over and that has fields is a kernel's argument too.
        if (type is ITypeParameterSymbol parameter && KernelShape.Interface(parameter) != "") return parameter.Name;
        // Other structs would be declared twice where a type argument's program meets a kernel's: numbers
        // will do there.
        if ((typeArgument == null || SymbolEqualityComparer.Default.Equals(type, typeArgument))
            && type is INamedTypeSymbol { IsUnmanagedType: true, TypeKind: TypeKind.Struct } named
            && !Views.IsIlgpu(type) && (named.IsTupleType || named.DeclaringSyntaxReferences.Length > 0))
            return Struct(named, at);
        Report(Rules.Type, at, type.ToDisplayString());
        return "int";
    }

    public void CheckDouble(ITypeSymbol? type, SyntaxNode at)
    {
        if (type?.SpecialType == SpecialType.System_Double) Report(Rules.Double, at);
    }

    /// <summary>Four floats that load and store as one: both targets' <c>float4</c>.</summary>
    public static bool IsVector(ITypeSymbol? type) => type is { Name: "Float4", ContainingNamespace.Name: "Kernels" };

    /// <summary>Sixteen floats that are computed as one; the preludes define the type and its functions.</summary>
    public static bool IsLanes(ITypeSymbol? type) => type is { Name: "Lanes16", ContainingNamespace.Name: "Kernels" };

    /// <summary>A struct's fields in the order of the C# declaration, which is that of its memory.</summary>
    public static List<(string Name, ITypeSymbol Type)> Fields(INamedTypeSymbol type) => type.IsTupleType
        ? type.TupleElements.Select((f, i) => ($"Item{i + 1}", f.Type)).ToList()
        : type.GetMembers().OfType<IFieldSymbol>().Where(f => !f.IsStatic)
            .Select(f => (f.AssociatedSymbol?.Name ?? f.Name, f.Type)).ToList();

    /// <summary>Whether <c>new</c> sets the fields one by one, in their order: then C can do the same.</summary>
    public static bool HasFieldwiseConstructor(INamedTypeSymbol type) =>
        type.IsTupleType || type.InstanceConstructors.Any(c =>
        c.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax()
            is TypeDeclarationSyntax
        && c.Parameters.Select(p => p.Name.ToUpperInvariant())
            .SequenceEqual(Fields(type).Select(f => f.Name.ToUpperInvariant())));

    string Struct(INamedTypeSymbol type, SyntaxNode at)
    {
        List<(string Name, ITypeSymbol Type)> fields = Fields(type);
        string name = type.IsTupleType ? "Tuple_" + string.Join("_", fields.Select(f => Type(f.Type, at))) : type.Name;
        string key = StructKey(type, name);
        if (names.Has(key, out string known)) return known;
        name = names.Give(key, name, type.ContainingType);
        if (typeArgument != null && fields.Any(f => f.Type.SpecialType == SpecialType.System_Boolean))
            Report(Rules.ArgumentLayout, at, "bool", type.Name);
        var members = new List<(string Type, List<string> Names)>(); // neighbours of one type share a line
        foreach ((string field, ITypeSymbol fieldType) in fields)
        {
            string c = Type(fieldType, at);
            if (members.Count == 0 || members[members.Count - 1].Type != c) members.Add((c, []));
            members[members.Count - 1].Names.Add(field);
        }
        string lines = string.Concat(members.Select(m => LineMarks.Each(
            string.Concat(m.Names.Select(n => Declared(type, n))),
            $"    {WrappedList.Write($"{m.Type} ", m.Names, ";", "        ")}") + "\n"));
        structs.Add($"{Declared(type)}typedef struct\n{{\n{lines}{Declared(type)}}} {name};\n");
        return name;
    }

    // The names of a tuple's members are no part of its type.
    static string StructKey(INamedTypeSymbol type, string name) =>
        "struct " + (type.IsTupleType ? name : type.ToDisplayString());

    /// <summary>The function that stands for a struct's <c>new</c>; declared on its first use.</summary>
    public string Constructor(ITypeSymbol type, SyntaxNode at)
    {
        string name = Type(type, at), function = $"{name}_new";
        // The preludes have those of float4 and of indices.
        if (type is not INamedTypeSymbol named || !names.Has(StructKey(named, name), out _)) return function;
        string key = "new " + name;
        if (names.Has(key, out string known)) return known;
        function = names.Give(key, function, owner: null);
        List<(string Name, ITypeSymbol Type)> fields = Fields(named);
        string head = WrappedList.Write(
            $"FUNCTION {name} {function}(", fields.Select(f => $"{Type(f.Type, at)} {f.Name}_"), ")");
        string value = WrappedList.Write($"{name} value = {{ ", fields.Select(f => f.Name + "_"), " };", "        ");
        structs.Add(
            LineMarks.Each(Declared(named), $"{head}\n{{\n    {value}\n    return value;\n}}") + "\n");
        return function;
    }

    /// <summary>The mark of a struct's declaration, or of a field's; of a tuple there is none.</summary>
    static string Declared(INamedTypeSymbol type, string? field = null)
    {
        if (type.IsTupleType) return "";
        ISymbol symbol = field == null ? type
            : type.GetMembers(field).FirstOrDefault(m => m.DeclaringSyntaxReferences.Length > 0) ?? type;
        return Source.Declaration(symbol) switch
        {
            null => "",
            BaseTypeDeclarationSyntax named => LineMarks.Of(named.Identifier),
            { } declaration => LineMarks.Of(declaration),
        };
    }
}
