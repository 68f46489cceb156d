using System.Text.RegularExpressions;
using TripletGpu.Kernels;

namespace TripletGpu.KernelCompiler.Tests;

/// <summary>Which lines of C# each line of device text is from.</summary>
public sealed partial class LineMapTests
{
    const string Code = """
        using ILGPU;
        using TripletGpu.Kernels;
        public static partial class OneKernels
        {
            const int Twice = 2;

            /// <summary>A comment.</summary>
            [Kernel]
            public static void Apply(
                Index1D i,
                ArrayView<float> x,
                ArrayView<float> y)
            {
                // of a line
                float value =
                    x[i] +
                    Add(x[i], Twice);
                if (value > 0f)
                {
                    y[i] = value;
                    return;
                }
                else
                    y[i] = 0f;
            }

            static float Add(float a, int b) => a + b;
        }
        """;

    static readonly string Generated = Compiler.Run(Code).Added.Select(t => t.ToString())
        .Single(t => t.Contains("Body = ", StringComparison.Ordinal));

    static readonly string[] Body = Generated.Split("Body = \"\"\"\"\"\n")[1].Split("\n\"\"\"\"\"")[0].Split('\n');

    static readonly IReadOnlyList<IReadOnlyList<SourceLine>> Origins =
        SourceLine.Read(Map().Match(Generated).Groups[1].Value);

    [Test]
    public void EveryLine_HasAnEntry() => Assert.That(Origins, Has.Count.EqualTo(Body.Length));

    [TestCase("enum { Twice = 2 }", 5)]
    [TestCase("// A comment.", 7)]
    [TestCase("float Add(", 27)]
    [TestCase("return a + b;", 27)]
    [TestCase("// of a line", 14)]
    [TestCase("if (value > 0", 18)]
    [TestCase("y[i] = value;", 20)]
    [TestCase("return;", 21)]
    [TestCase("else", 23)]
    [TestCase("y[i] = 0", 24)]
    public void ALine_IsFrom(string text, int line)
    {
        int at = Array.FindLastIndex(Body, l => l.Contains(text, StringComparison.Ordinal));
        Assert.That(at, Is.GreaterThanOrEqualTo(0), string.Join('\n', Body));
        Assert.That(Origins[at].Select(o => o.Number), Does.Contain(line), Body[at]);
        Assert.That(Origins[at].Select(o => o.File), Is.All.EqualTo("Snippet.cs"));
    }

    [Test]
    public void LinesThatCCarriesAlong_AreFromNowhere()
    {
        int bound = Array.FindIndex(Body, l => l.Contains("if (i >= i_count", StringComparison.Ordinal));
        Assert.That(Origins[bound].Select(o => o.Number), Is.EqualTo(new[] { 10 }), "the index");
        Assert.That(Body.Where((l, i) => Origins[i].Count > 0 && l.Trim().Length == 0), Is.Empty);
    }

    [Test]
    public void AMap_IsReadAsWritten() => Assert.That(
        SourceLine.Read("Quad.cs:7;8,9;;GemmKernels.cs:30").Select(l => string.Join(' ', l)),
        Is.EqualTo(new[]
        {
            $"{new SourceLine("Quad.cs", 7)}", $"{new SourceLine("Quad.cs", 8)} {new SourceLine("Quad.cs", 9)}", "",
            $"{new SourceLine("GemmKernels.cs", 30)}",
        }));

    [GeneratedRegex("LineMap = static \\(\\) => \"(.*)\",")]
    private static partial Regex Map();
}
