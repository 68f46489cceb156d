using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TripletGpu.Kernels;

namespace TripletGpu.KernelCompiler.Tests;

/// <summary>Runs the kernel compiler on a piece of C# in memory.</summary>
static class Compiler
{
    static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(p =>
            Path.GetFileName(p)
                .StartsWith("System.", StringComparison.Ordinal)
                || p.EndsWith("netstandard.dll", StringComparison.Ordinal))
            .Select(p => MetadataReference.CreateFromFile(p)),
        MetadataReference.CreateFromFile(typeof(KernelSource).Assembly.Location),
    ];

    static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    /// <summary>What the compiler says about some C#, and the C# it adds.</summary>
    public static Result Run(string code, params MetadataReference[] more)
    {
        SyntaxTree tree = CSharpSyntaxTree.ParseText(code, Options, "Snippet.cs");
        var compilation = CSharpCompilation.Create("Snippet", [tree], [.. References, .. more],
            new(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, checkOverflow: true,
            nullableContextOptions: NullableContextOptions.Enable));
        GeneratorDriver driver =
            CSharpGeneratorDriver.Create([new KernelGenerator().AsSourceGenerator()], parseOptions: Options)
            .RunGeneratorsAndUpdateCompilation(compilation, out Compilation output,
            out ImmutableArray<Diagnostic> diagnostics);
        return new(diagnostics, output, driver.GetRunResult().GeneratedTrees);
    }

    /// <summary>What came of a run.</summary>
    /// <param name="Diagnostics">The kernel compiler's own.</param>
    /// <param name="Output">The compilation with what it added.</param>
    /// <param name="Added">The files it added.</param>
    public sealed record Result(ImmutableArray<Diagnostic> Diagnostics, Compilation Output,
        ImmutableArray<SyntaxTree> Added)
    {
        /// <summary>The device text of each kernel and struct, by file name.</summary>
        public IEnumerable<(string Name, string Body)> Bodies => Added.OrderBy(t => t.FilePath, StringComparer.Ordinal)
            .Select(t =>
            (Path.GetFileName(t.FilePath).Replace(".g.cs", "", StringComparison.Ordinal), Body(t.ToString())))
            .Where(b => b.Item2 != "");

        /// <summary>What C# itself says of the code with what was added.</summary>
        public IEnumerable<string> Errors => Output.GetDiagnostics()
            .Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString());

        static string Body(string text)
        {
            (string open, string close) = text.Contains("Body = ", StringComparison.Ordinal)
                ? ("Body = \"\"\"\"\"\n", "\n\"\"\"\"\"") : ("\"\"\"\n", "\n\"\"\"");
            int start = text.IndexOf(open, StringComparison.Ordinal);
            if (start < 0) return "";
            start += open.Length;
            int end = text.IndexOf(close, start - 1, StringComparison.Ordinal);
            return end < start ? "" : text[start..end];
        }
    }
}
