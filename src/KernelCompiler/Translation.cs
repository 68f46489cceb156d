using System.Globalization;
using Microsoft.CodeAnalysis;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// One program: the constants, structs and functions that a kernel (or a struct that kernels are generic over) needs,
/// each written once, callees first.
/// </summary>
/// <param name="compilation">Where the C# comes from.</param>
/// <param name="typeArgument">The struct whose own program this is; null for a kernel's.</param>
/// <param name="isIndexed">Whether the kernel has an index and so no groups of its own.</param>
sealed partial class Translation(
    Compilation compilation, INamedTypeSymbol? typeArgument = null, bool isIndexed = false)
{
    readonly List<string> constants = [], structs = [], functions = [];
    readonly ProgramNames names = new(compilation);
    readonly HashSet<string> open = [];
    readonly HashSet<Problem> problems = [];

    public Compilation Compilation { get; } = compilation;

    public Dictionary<IMethodSymbol, ViewUse> Uses { get; } = new(SymbolEqualityComparer.Default);

    public IEnumerable<Problem> Problems => problems;

    public bool IsIndexed { get; } = isIndexed;

    public Convergence Convergence { get; } = new(compilation);

    /// <summary>The kernel's shared arrays.</summary>
    public SharedUse Shared { get; } = new();

    /// <summary>Keeps the name of the kernel itself.</summary>
    public void Reserve(string entry) => names.Reserve(entry);

    public void Report(DiagnosticDescriptor rule, SyntaxNode at, params string[] arguments) =>
        problems.Add(Problem.At(rule, at.GetLocation(), arguments));

    /// <summary>The program, with the kernel (or nothing) as its end.</summary>
    public string Text(string kernel) => string.Concat(constants) + (constants.Count > 0 ? "\n" : "")
        + string.Concat(structs.Select(s => s + "\n")) + string.Concat(functions.Select(f => f + "\n")) + kernel;

    /// <summary>
    /// The name in C of a const field, written with its C# name; a value of the library as a literal.
    /// </summary>
    public string Constant(IFieldSymbol field, SyntaxNode at)
    {
        if (!field.HasConstantValue)
        {
            Report(Rules.Static, at, field.Name);
            return "0";
        }
        if (field.DeclaringSyntaxReferences.Length == 0) return Literal(field.ConstantValue!);
        bool isEnum = field.ContainingType.TypeKind == TypeKind.Enum;
        return Constant(field, isEnum ? field.ContainingType.Name + "_" + field.Name
            : field.Name, field.ConstantValue!, field.Type, at);
    }

    /// <summary>The same for a static property with a constant expression.</summary>
    public string Constant(IPropertySymbol property, SyntaxNode at)
    {
        if (DeviceConstants.Value(property, Compilation) is { } value)
            return Constant(property, property.Name, value, property.Type, at);
        Report(Rules.Static, at, property.Name);
        return "0";
    }

    string Constant(ISymbol symbol, string name, object value, ITypeSymbol type, SyntaxNode at)
    {
        if (IsTypeArgument(symbol.ContainingType)) name = OwnName(symbol.ContainingType, name);
        else if (typeArgument != null) name = typeArgument.Name + "_" + name;
        else name = Names.Safe(name);
        if (names.IsHidden(name, at)) name = symbol.ContainingType.Name + "_" + name;
        string key = $"constant {symbol.ToDisplayString()} as {name}";
        if (names.Has(key, out string known)) return known;
        name = names.Give(key, name, symbol.ContainingType);
        // An enum is a constant that C takes as the bound of an array.
        string mark = Source.Declaration(symbol) is { } declaration ? LineMarks.Of(declaration) : "";
        constants.Add(mark + (value is int or short or byte or sbyte or ushort
            ? $"enum {{ {name} = {Literal(value)} }};\n"
            : $"CONSTANT {Type(type, at)} {name} = {Literal(value)};\n"));
        return name;
    }

    /// <summary>
    /// The name of a helper, which is written once for each combination of address spaces and type arguments that it is
    /// called with.
    /// </summary>
    public string Function(
        IMethodSymbol called, IReadOnlyDictionary<ISymbol, Space> spaces, SyntaxNode at,
        IReadOnlyList<ITypeSymbol>? typeArguments = null)
    {
        IMethodSymbol method = called.OriginalDefinition;
        typeArguments ??= [];
        string plain = FunctionName(method);
        if (names.IsHidden(plain, at)) plain = method.ContainingType.Name + "_" + plain;
        string key = $"{method.ToDisplayString()} as {plain}"
            + "|" + string.Join(",",
            method.Parameters.Select(p => spaces.TryGetValue(p, out Space s) ? s.ToString() : ""))
            + "|" + string.Join(",", typeArguments.Select(t => t.ToDisplayString()));
        if (names.Has(key, out string known))
        {
            if (open.Contains(key)) Report(Rules.Recursion, at, method.Name);
            return known;
        }
        // Views in global memory are the plain case; others carry their space in the name.
        string name = plain + string.Concat(method.Parameters
            .Where(p => Views.Is(p.Type) && spaces.TryGetValue(p, out Space s) && s != Space.Global)
            .Select(p => "_" + spaces[p].ToString().ToLowerInvariant()).Distinct());
        // Apply_TMath becomes Apply_Relu at load; what is bound to Relu here must be called something else.
        name += string.Concat(typeArguments.Select(t => t is ITypeParameterSymbol ? "_" + t.Name : t.Name));
        name = IsNative(method)
            ? names.Give(key, $"{method.ContainingType.Name}_{method.Name}", owner: null)
            : names.Give(key, name, method.ContainingType);
        open.Add(key);
        string text = new FunctionWriter(this, method, spaces, isKernel: false, typeArguments).Function(name);
        open.Remove(key);
        functions.Add(IsNative(method) ? $"#ifndef {name}\n{text}#endif\n" : text);
        return name;
    }

    /// <summary>Whether a device may have an instruction for it, which its prelude then defines.</summary>
    static bool IsNative(IMethodSymbol method) =>
        method.GetAttributes().Any(a => a.AttributeClass?.Name == "NativeAttribute");

    string FunctionName(IMethodSymbol method)
    {
        string simple = method.AssociatedSymbol is IPropertySymbol p ? p.Name : method.Name;
        if (IsTypeArgument(method.ContainingType)) return OwnName(method.ContainingType, simple);
        if (typeArgument != null) return typeArgument.Name + "_" + simple;
        return method.IsStatic ? Names.Safe(simple) : method.ContainingType.Name + "_" + simple;
    }

    /// <summary>
    /// What belongs to a struct that kernels are generic over: <c>Relu_Forward</c> in its own program, which generic
    /// kernels are joined with at load, and <c>ReluForward</c> in the program of a kernel that names the struct itself.
    /// </summary>
    string OwnName(INamedTypeSymbol type, string member) =>
        SymbolEqualityComparer.Default.Equals(type, typeArgument) ? $"{type.Name}_{member}" : type.Name + member;

    public static bool IsTypeArgument(INamedTypeSymbol type) =>
        type.TypeKind == TypeKind.Struct && type.AllInterfaces.Any(i => i.Name == "IKernelTypeArgument");

    /// <summary>A value as C writes it.</summary>
    public static string Literal(object value) => value switch
    {
        int.MinValue => "(-2147483647 - 1)",
        uint u => u.ToString(CultureInfo.InvariantCulture) + "u",
        long.MinValue => "((int64)(-9223372036854775807 - 1))",
        long l => $"((int64){l.ToString(CultureInfo.InvariantCulture)})",
        ulong u => $"((uint64){u.ToString(CultureInfo.InvariantCulture)}u)",
        bool b => b ? "true" : "false",
        float.PositiveInfinity => "INFINITY",
        float.NegativeInfinity => "(-INFINITY)",
        float f when float.IsNaN(f) => "NAN",
        float f => WithPoint(f.ToString("R", CultureInfo.InvariantCulture)) + "f",
        double d => WithPoint(d.ToString("R", CultureInfo.InvariantCulture)),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    static string WithPoint(string digits) => digits.IndexOfAny(['.', 'e', 'E']) < 0 ? digits + ".0" : digits;
}
