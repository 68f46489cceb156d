using TripletGpu.Runner.Bench.Roofline;

namespace TripletGpu.Runner.Tests.Bench;

/// <summary>Formulas as they are printed.</summary>
public sealed class FormulaTests
{
    static readonly Dictionary<string, long> Letters = new() { ["M"] = 3, ["N"] = 5, ["K"] = 7 };

    [TestCase("0", 0)]
    [TestCase("2 M N K", 210)]
    [TestCase("4 (M K + K N + M N)", 284)]
    [TestCase("(14 M + 18) K", 420)]
    [TestCase("3 N² K - M", 522)]
    [TestCase("2 (M - 1) K", 28)]
    [TestCase("1.5 N", 7.5)]
    public void Value_OfAFormula_IsWhatItSays(string formula, double expected) =>
        Assert.That(Formula.Value(formula, Letters), Is.EqualTo(expected));

    [TestCase("2 X")]
    [TestCase("(M")]
    [TestCase("M +")]
    [TestCase("M ) N")]
    public void Value_OfNoFormula_Throws(string formula) =>
        Assert.That(() => Formula.Value(formula, Letters), Throws.TypeOf<FormatException>());
}
