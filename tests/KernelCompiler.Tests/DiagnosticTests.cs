using Microsoft.CodeAnalysis;

namespace TripletGpu.KernelCompiler.Tests;

/// <summary>
/// What has no device form is an error with its id at its line: the line that ends with <c>// here</c>.
/// </summary>
public sealed class DiagnosticTests
{
    [TestCaseSource(typeof(DiagnosticCases), nameof(DiagnosticCases.All))]
    public void Rejected_ReportsIdAtTheLine(string id, string code)
    {
        string[] lines = code.Split('\n');
        int expected = Array.FindIndex(lines, l => l.TrimEnd().EndsWith("// here", StringComparison.Ordinal));
        Compiler.Result result = Compiler.Run(code);
        List<(string Id, int Line)> found =
            result.Diagnostics.Select(d => (d.Id, d.Location.GetLineSpan().StartLinePosition.Line)).Distinct().ToList();
        string all = string.Join("\n", result.Diagnostics);
        Assert.That(found, Does.Contain((id, expected)), all);
        Assert.That(found, Has.All.Matches<(string Id, int Line)>(f => f.Id == id || f.Line == expected), all);
    }

    [TestCaseSource(typeof(DiagnosticCases), nameof(DiagnosticCases.Accepted))]
    public void Accepted_ReportsNothingAndBuilds(string code)
    {
        Compiler.Result result = Compiler.Run(code);
        Assert.That(result.Diagnostics, Is.Empty);
        Assert.That(result.Errors, Is.Empty);
    }

    [Test]
    public void Rule_EachHasACase()
    {
        IEnumerable<string> rules = typeof(Rules).GetFields().Select(f => ((DiagnosticDescriptor)f.GetValue(null)!).Id);
        IEnumerable<string> cases = DiagnosticCases.All.Select(c => (string)c.Arguments[0]!);
        Assert.That(rules.Except(cases), Is.Empty);
    }

    [Test]
    public void Message_NamesTheOffender()
    {
        Compiler.Result result = Compiler.Run(DiagnosticCases.InKernel("x[i] = MathF.Cbrt(x[i]);"));
        Assert.That(result.Diagnostics.Single().GetMessage(),
            Does.StartWith("System.MathF.Cbrt(float) has no device form"));
    }
}
