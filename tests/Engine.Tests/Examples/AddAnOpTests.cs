using System.Runtime.CompilerServices;

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

    static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
