using System.Collections.Immutable;
using ILGPU.Algorithms;
using ILGPU.Runtime;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TripletGpu.Kernels;

namespace TripletGpu.KernelCompiler.Tests;

/// <summary>Runs the kernel compiler on C# in memory.</summary>
static class Compiler
{
    /// <summary>What projects with implicit usings begin with.</summary>
    public const string ImplicitUsings =
        "using System; using System.Collections.Generic; using System.IO; using System.Linq; using System.Threading; "
        + "using System.Threading.Tasks;\n";

    static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);

    static readonly ImmutableArray<MetadataReference> Kernels =
    [
        .. from type in (Type[])[typeof(KernelSource), typeof(Accelerator), typeof(XMath)]
           select MetadataReference.CreateFromFile(type.Assembly.Location),
    ];

    /// <summary>The assemblies of .NET.</summary>
    public static ImmutableArray<MetadataReference> Platform { get; } =
    [
        .. from path in ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
           let name = Path.GetFileName(path)
           where name.StartsWith("System.", StringComparison.Ordinal) || name == "netstandard.dll"
           select MetadataReference.CreateFromFile(path),
    ];

    /// <summary>What the compiler says about some C#, and the C# it adds.</summary>
    public static Result Run(string code) =>
        Run("Snippet", [CSharpSyntaxTree.ParseText(code, Options, "Snippet.cs")], Options, [.. Platform, .. Kernels]);

    /// <summary>The same for the files of a project with implicit usings.</summary>
    public static Result RunFiles(
        string name, IEnumerable<string> files, CSharpParseOptions options, params MetadataReference[] references)
    {
        SyntaxTree Parse(string file) =>
            CSharpSyntaxTree.ParseText(ImplicitUsings + File.ReadAllText(file), options, file);
        return Run(name, [.. files.Select(Parse)], options, [.. Platform, .. references]);
    }

    /// <summary>An assembly to refer to.</summary>
    public static MetadataReference Emit(Compilation compilation)
    {
        using MemoryStream image = new();
        Assert.That(compilation.Emit(image).Diagnostics.Where(d => d.Severity == DiagnosticSeverity.Error), Is.Empty);
        image.Position = 0;
        return MetadataReference.CreateFromStream(image);
    }

    static Result Run(
        string name, SyntaxTree[] trees, CSharpParseOptions options, ImmutableArray<MetadataReference> references)
    {
        var compilation = CSharpCompilation.Create(name, trees, references, new(
            OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true, checkOverflow: true,
            nullableContextOptions: NullableContextOptions.Enable));
        GeneratorDriver driver = CSharpGeneratorDriver
            .Create([new KernelGenerator().AsSourceGenerator()], parseOptions: options)
            .RunGeneratorsAndUpdateCompilation(
                compilation, out Compilation output, out ImmutableArray<Diagnostic> diagnostics);
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
