using TripletGpu.Models;
using TripletGpu.Runner.Bench.Roofline;

namespace TripletGpu.Runner.Tests.Bench;

/// <summary>Two runs of <c>triplet bench kernels</c>.</summary>
public sealed class KernelComparisonTests
{
    [Test]
    public void Comparison_FindsWhatHasSlowed()
    {
        KernelComparison comparison = KernelComparison.Of(Run(("A", 1), ("B", 2), ("C", 1)), Run(("A", 1.04), ("B",
            2.2)));
        Assert.That(comparison.Changes.Select(change => change.Kernel), Is.EqualTo(new[] { "B", "A" }));
        Assert.That(comparison.Only, Is.EqualTo(1));
        Assert.That(comparison.Slower(0.05).Select(change => change.Kernel), Is.EqualTo(new[] { "B" }));
        Assert.That(comparison.Slower(0.12), Is.Empty);
    }

    [Test]
    public void Comparison_OfOtherDevices_IsTheUsersError() => Assert.That(
        () => KernelComparison.Of(Run(("A", 1)) with { Name = "another" }, Run(("A", 1))),
        Throws.TypeOf<UserErrorException>().With.Message.Contains("another"));

    [TestCase("5%", 0.05)]
    [TestCase("12.5", 0.125)]
    [TestCase(null, null)]
    public void Limit_OfAPercentage_IsAShare(string? text, double? expected) =>
        Assert.That(KernelComparison.Limit(text), Is.EqualTo(expected));

    [TestCase("")]
    [TestCase("fast")]
    [TestCase("-5%")]
    public void Limit_OfSomethingElse_IsTheUsersError(string text) =>
        Assert.That(() => KernelComparison.Limit(text), Throws.TypeOf<UserErrorException>());

    [Test]
    public void Times_HaveMedianAndSpread()
    {
        KernelTimes times = KernelTimes.Of([5, 1, 2, 4, 3]);
        Assert.That((times.Median, times.Spread, times.Samples), Is.EqualTo((3.0, 2.0 / 3, 5)));
    }

    [TestCase(32, 0, 128, 1.0)]
    [TestCase(255, 0, 256, 0.125)]
    [TestCase(32, 48 << 10, 128, 0.1875)]
    public void Occupancy_OnCompute8_IsThatOfTheProgrammingGuide(int registers, int shared, int items, double expected)
    {
        Kernels.KernelSource kernel = new()
        {
            Name = "SomeKernels.One",
            Entry = "",
            CSharp = "",
            Body = "",
            Group = items,
            SharedBytes = shared,
        };
        Assert.That(Occupancy.Of(kernel, registers, 80), Is.EqualTo(expected));
    }

    static KernelRun Run(params (string Kernel, double Seconds)[] rows) => new(
        "opencl:0", "a device", "device", 100, 10,
        [.. rows.Select(row => new KernelRow(row.Kernel, "1024", row.Seconds, 0, 7, 1, 1))]);
}
