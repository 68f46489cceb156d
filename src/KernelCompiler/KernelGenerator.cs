using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TripletGpu.KernelCompiler;

/// <summary>
/// Turns <c>[Kernel]</c> methods into device programs with typed launchers, and structs that kernels are generic over
/// into the text that is joined with a kernel when it is loaded. What has no device form is a build error at its line.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class KernelGenerator : IIncrementalGenerator
{
    const string Namespace = "TripletGpu.Kernels";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValuesProvider<Output> kernels = context.SyntaxProvider.ForAttributeWithMetadataName(
            Namespace + ".KernelAttribute",
            static (node, _) => node is MethodDeclarationSyntax,
            static (c, _) =>
            KernelWriter.Write((IMethodSymbol)c.TargetSymbol, c.SemanticModel.Compilation, c.Attributes[0]));

        IncrementalValuesProvider<Output> typeArguments = context.SyntaxProvider.CreateSyntaxProvider(
            static (node, _) => node is StructDeclarationSyntax { BaseList: not null }
                or RecordDeclarationSyntax { BaseList: not null },
            static (c, cancel) => c.SemanticModel.GetDeclaredSymbol(c.Node, cancel) is INamedTypeSymbol type
                && Translation.IsTypeArgument(type) ? TypeArgumentWriter.Write(type, c.SemanticModel.Compilation)
                : null)
            .Where(static o => o != null)!;

        IncrementalValueProvider<bool> hasCatalog = context.CompilationProvider.Select(static (c, _) =>
            c.Assembly.GetTypeByMetadataName(Namespace + ".KernelCatalog") != null);

        context.RegisterSourceOutput(kernels, Add);
        context.RegisterSourceOutput(typeArguments, Add);
        context.RegisterSourceOutput(
            Entries(kernels).Combine(Entries(typeArguments)).Combine(hasCatalog),
            static (c, all) =>
            {
                if (all.Right) c.AddSource("KernelCatalog.g.cs", CatalogWriter.Write(all.Left.Left, all.Left.Right));
            });
    }

    static IncrementalValueProvider<ImmutableArray<CatalogEntry>> Entries(IncrementalValuesProvider<Output> outputs) =>
        outputs.Where(static o => o.Problems.IsEmpty).Select(static (o, _) => o.Entry).Collect();

    static void Add(SourceProductionContext context, Output output)
    {
        foreach (Problem problem in output.Problems) context.ReportDiagnostic(problem.ToDiagnostic());
        if (output.Problems.IsEmpty) context.AddSource(output.File, output.Text);
    }
}

/// <summary>One generated file, compared by value.</summary>
/// <param name="File">Its name.</param>
/// <param name="Text">Its text; not added where there are problems.</param>
/// <param name="Entry">Its line in the catalog.</param>
/// <param name="Problems">What has no device form.</param>
sealed record Output(string File, string Text, CatalogEntry Entry, ImmutableArray<Problem> Problems)
{
    public bool Equals(Output? other) => other != null && File == other.File && Text == other.Text
        && Entry == other.Entry && Problems.SequenceEqual(other.Problems);

    public override int GetHashCode() => Text.GetHashCode();
}
