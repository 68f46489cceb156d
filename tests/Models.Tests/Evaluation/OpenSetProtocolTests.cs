using TripletGpu.Backends.Cpu;
using TripletGpu.Models.Evaluation;

namespace TripletGpu.Models.Tests.Evaluation;

/// <summary>Naming who is enrolled and refusing who is not, on points whose answer can be counted.</summary>
public sealed class OpenSetProtocolTests
{
    const int Each = 100;

    readonly Device device = new("cpu", new CpuBackend(2));

    [OneTimeTearDown]
    public void CloseDevice() => device.Dispose();

    [Test]
    public void Strangers_AreTheQueriesThatNobodyEnrolled()
    {
        // Enrolled at 0 and 100; their queries lie 0 to 9.9 away, those of strangers, around 50, 10 to 29.8.
        EmbeddingSet references = new("train", [0, 100], 1, [0, 1]);
        EmbeddingSet queries = Set(
            [.. Line(0, 0.1f, Each), .. Line(100, -0.1f, Each), .. Line(10, 0.2f, Each)],
            [.. Of(0), .. Of(1), .. Of(7)]);
        OpenSetResult result = OpenSetProtocol.Evaluate(
            device, new Comparison(queries, references), [0.1, 0.001])!;
        Assert.Multiple(() =>
        {
            Assert.That(result.Points, Has.Count.EqualTo(1), "a hundred strangers do not state a thousandth");
            Assert.That(result.DirAtFar, Is.EqualTo(new Dictionary<string, double> { ["1e-1"] = 1 }));
            Assert.That(result.Points[0].FalseAlarms.Value, Is.EqualTo(0.1));
            // The tenth nearest stranger: 10 + 9 * 0.2, squared.
            Assert.That(result.Points[0].Threshold, Is.EqualTo(11.8f * 11.8f).Within(1e-3));
            Assert.That(result.Strangers, Is.EqualTo("100 queries of 1 class that the references do not have"));
        });
    }

    [Test]
    public void WithoutStrangers_EachClassIsOneInTurn()
    {
        // Two classes 30 apart: without its own class a query lies 30 - x from the other one.
        EmbeddingSet references = new("train", [0, 30], 1, [0, 1]);
        EmbeddingSet queries = Set([.. Line(0, 0.2f, Each), .. Line(30, -0.2f, Each)], [.. Of(0), .. Of(1)]);
        OpenSetResult result = OpenSetProtocol.Evaluate(device, new Comparison(queries, references), [0.1])!;
        // The nearest tenth are 19.8 to 18 away from their class, and so 10.2 to 12 from the other.
        Assert.That(result.Points[0].Threshold, Is.EqualTo(12f * 12f).Within(1e-2));
        // Named rightly are those nearer to their own class, up to 12: 0, 0.2, ... 12.
        Assert.That(result.Points[0].Identified.Value, Is.EqualTo(61 / 100.0).Within(0.011));
        Assert.That(result.Strangers, Does.Contain("each against the references without its class"));
    }

    [Test]
    public void OneSet_LeavesEachQueryOut()
    {
        EmbeddingSet set = Set([.. Line(0, 0.1f, Each), .. Line(50, 0.1f, Each)], [.. Of(0), .. Of(1)]);
        OpenSetResult result = OpenSetProtocol.Evaluate(device, new Comparison(set, null), [0.1])!;
        Assert.That(result.Points[0].Identified.Value, Is.EqualTo(1), "neighbours of one class are 0.1 apart");
        Assert.That(result.Points[0].Threshold, Is.GreaterThan(40 * 40));
    }

    [Test]
    public void OfOneClass_ThereIsNothingToSay()
    {
        EmbeddingSet set = Set(Line(0, 0.1f, Each), Of(0));
        Assert.That(OpenSetProtocol.Evaluate(device, new Comparison(set, null), [0.1]), Is.Null);
    }

    static EmbeddingSet Set(float[] values, int[] labels) => new("test", values, 1, labels);

    static float[] Line(float from, float step, int count) =>
        [.. Enumerable.Range(0, count).Select(i => from + i * step)];

    static int[] Of(int label) => [.. Enumerable.Repeat(label, Each)];
}
