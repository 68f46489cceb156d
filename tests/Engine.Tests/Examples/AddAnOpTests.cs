using System.Runtime.CompilerServices;
using TripletGpu.Engine.Tests.Ops;
using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;

namespace TripletGpu.Engine.Tests.Examples;

/// <summary>docs/add-an-op.md shows the code that is built and tested here.</summary>
public sealed class AddAnOpTests
{
    [TestCase("Softsign.cs")]
    [TestCase("SoftsignOp.cs")]
    [TestCase("SoftsignCases.cs")]
    public void Page_ShowsTheFile(string file)
    {
        string folder = Here(), page = File.ReadAllText(Path.Combine(folder, "..", "..", "..", "docs", "add-an-op.md"));
        Assert.That(page, Does.Contain(File.ReadAllText(Path.Combine(folder, file)).Trim()));
    }

    [Test]
    public void Example_IsTwoFilesBesidesTestsAndDocs()
    {
        IEnumerable<string> files = Directory.GetFiles(Here(), "*.cs").Select(f => Path.GetFileName(f));
        Assert.That(files.Where(f => !IsTest(f)), Is.EquivalentTo(new[] { "Softsign.cs", "SoftsignOp.cs" }));
        // The ONNX operator of that name is composed of others, in Models.
        string source = Path.Combine(Here(), "..", "..", "..", "src");
        Assert.That(
            new[] { "Kernels", "KernelCompiler", "Engine" }
                .SelectMany(p => Directory.EnumerateFiles(Path.Combine(source, p), "*.cs", SearchOption.AllDirectories))
                .Where(f => File.ReadAllText(f).Contains("Softsign", StringComparison.Ordinal)), Is.Empty);
    }

    /// <summary>What the two files make is an operation like any other: its cases run on every device.</summary>
    [Test]
    public void Example_IsAnOperationLikeAnyOther() =>
        Assert.That(OpTests.Cases.Select(c => c.Op), Has.Some.InstanceOf<Unary<Softsign>>());

    static bool IsTest(string file) =>
        file.EndsWith("Tests.cs", StringComparison.Ordinal) || file.EndsWith("Cases.cs", StringComparison.Ordinal);

    static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
