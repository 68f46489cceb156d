using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>The entry point of a kernel in C.</summary>
static class KernelWriter
{
    public static Output Write(IMethodSymbol method, Compilation compilation, AttributeData attribute)
    {
        var declaration = (MethodDeclarationSyntax)Source.Declaration(method)!;
        var shape = new KernelShape(method, attribute);
        var translation = new Translation(
            compilation, isIndexed: shape.IndexDimensions > 0);
        translation.Reserve(shape.Entry);
        KernelChecks.Check(shape, declaration, translation);
        string name = $"{method.ContainingType.Name}.{method.Name}";
        string text = "";
        if (Source.Body(method) != null && !translation.Problems.Any(p => p.Rule == Rules.Signature))
            text = LauncherWriter.Write(shape, declaration, ViewUse.Of(method, translation), translation,
            Kernel(shape, translation));
        var entry = new CatalogEntry(
            $"global::{method.ContainingType.ToDisplayString()}.{method.Name}Source",
            string.Join(" ", method.TypeParameters.Select(KernelShape.Interface)));
        return new($"{name}.g.cs", text, entry, translation.Problems.ToImmutableArray());
    }

    static string Kernel(KernelShape shape, Translation translation)
    {
        IMethodSymbol method = shape.Method;
        var spaces = new Dictionary<ISymbol, Space>(SymbolEqualityComparer.Default);
        foreach (IParameterSymbol p in shape.Values.Where(p => Views.Is(p.Type))) spaces[p] = Space.Global;
        ViewUse use = ViewUse.Of(method, translation);
        var writer = new FunctionWriter(translation, method, spaces, isKernel: true);

        var parameters = new List<string>();
        string first = "";
        foreach (IParameterSymbol p in shape.Values)
            if (Views.Is(p.Type))
            {
                string safe = Names.Safe(p.Name), restrict = shape.MayAlias(p) ? "" : " RESTRICT";
                parameters.Add($"VIEW_PARAMETER({writer.Pointer(p, p.Type)}{restrict}, {safe})");
                if (use.Measures(p)) parameters.Add($"int {safe}_length");
                first += $"{LineMarks.Of(Source.Declaration(p)!)}{writer.Pointer(p, p.Type)} {safe} = VIEW({safe});\n";
            }
            else parameters.AddRange(writer.Parameter(p));
        if (shape.IndexDimensions > 0)
        {
            string index = LineMarks.Of(Source.Declaration(method.Parameters[0])!);
            first = LineMarks.Each(index, Index(shape, parameters)) + first;
        }

        string body = writer.Body(first);
        string group = shape.GroupInC is { } size ? $" GROUP({size})" : "";
        string list = string.Join(",\n    ", parameters);
        string head = LineMarks.Each(writer.Signature(), $"KERNEL{group} void {shape.Entry}(\n    {list})");
        return $"{Source.Comment(method)}{head}\n{body}";
    }

    /// <summary>The item's index, and the exit of items beyond the last one that was asked for.</summary>
    static string Index(KernelShape shape, List<string> parameters)
    {
        string i = Names.Safe(shape.Method.Parameters[0].Name);
        if (shape.IndexDimensions == 1)
        {
            parameters.Add($"int {i}_count");
            return $"const int {i} = Grid_GlobalIndex_X;\nif ({i} >= {i}_count) return;\n";
        }
        string[] axes = shape.IndexDimensions == 2 ? ["X", "Y"] : ["X", "Y", "Z"];
        parameters.AddRange(axes.Select(a => $"int {i}_count{a}"));
        string type = $"Index{shape.IndexDimensions}D";
        return $"const {type} {i} = {type}_new({string.Join(", ", axes.Select(a => $"Grid_GlobalIndex_{a}"))});\n"
            + $"if ({string.Join(" || ", axes.Select(a => $"{i}.{a} >= {i}_count{a}"))}) return;\n";
    }
}
