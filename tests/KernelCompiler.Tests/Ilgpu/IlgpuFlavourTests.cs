using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TripletGpu.KernelCompiler.Tests.Ilgpu;

/// <summary>
/// Kernels and the driver build against ILGPU's own assemblies too. Those are not on every feed, so an assembly of that
/// name stands in.
/// </summary>
public sealed class IlgpuFlavourTests
{
    static readonly CSharpParseOptions Options =
        new CSharpParseOptions(LanguageVersion.Preview).WithPreprocessorSymbols("ILGPU_PACKAGE");

    static readonly Lazy<MetadataReference> StandIn = new(() => IlgpuStandIn.Build(Sources("Kernels")));

    static readonly Lazy<Compiler.Result> Kernels = new(() => Compiler.RunFiles(
        "TripletGpu.Kernels", Sources("Kernels").Where(f => !f.Contains("/Language/", StringComparison.Ordinal)),
        Options, StandIn.Value));

    [Test]
    public void Kernels_AgainstIlgpu_Build()
    {
        Assert.That(Kernels.Value.Diagnostics, Is.Empty);
        Assert.That(Kernels.Value.Errors, Is.Empty);
    }

    [Test]
    public void Launchers_AgainstIlgpu_LoadThroughItsTypedLoaders()
    {
        string[] launchers =
        [
            .. Kernels.Value.Added.Select(t => t.ToString())
                .Where(t => t.Contains("new KernelSource", StringComparison.Ordinal)),
        ];
        Assert.That(launchers, Is.Not.Empty);
        Assert.That(launchers, Has.All.Matches(@"KernelLoaders\.Load(Stream|AutoGroupedStream)Kernel<"));
    }

    [Test]
    public void Driver_AgainstIlgpu_Builds()
    {
        Compilation engine = Compiler.RunFiles(
            "TripletGpu.Engine", Sources("Engine"), Options, StandIn.Value, Compiler.Emit(Kernels.Value.Output)).Output;
        SyntaxTree[] driver =
            [.. engine.SyntaxTrees.Where(t => t.FilePath.Contains("/Gpu/Ilgpu/", StringComparison.Ordinal))];
        Assert.That(driver, Has.Length.GreaterThan(1));
        Assert.That(
            driver.SelectMany(t => engine.GetSemanticModel(t).GetDiagnostics())
                .Where(d => d.Severity == DiagnosticSeverity.Error), Is.Empty);
    }

    static string[] Sources(string project, [CallerFilePath] string file = "")
    {
        string folder = Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "..", "src", project);
        return
        [
            .. from found in Directory.GetFiles(folder, "*.cs", SearchOption.AllDirectories)
               let path = found.Replace('\\', '/')
               where !path.Contains("/obj/", StringComparison.Ordinal)
                   && !path.Contains("/bin/", StringComparison.Ordinal)
               select path,
        ];
    }
}
