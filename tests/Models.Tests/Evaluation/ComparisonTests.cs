using TripletGpu.Backends.Cpu;
using TripletGpu.Models.Evaluation;

namespace TripletGpu.Models.Tests.Evaluation;

/// <summary>Queries of classes that the references have, have in part, or lack.</summary>
public sealed class ComparisonTests
{
    readonly Device device = new("cpu", new CpuBackend(2));
    readonly EmbeddingSet trained = new("train", [0, 1, 10, 11], 1, [0, 0, 1, 1]);

    [OneTimeTearDown]
    public void CloseDevice() => device.Dispose();

    [Test]
    public void NewClasses_AreComparedWithEachOther()
    {
        EmbeddingSet people = new("people", [20, 20.5f, 30, 30.5f, 20.2f, 50], 1, [7, 7, 8, 8, 8, 9]);
        EvaluationResult result = Evaluator.Evaluate(device, people, trained);
        Assert.Multiple(() =>
        {
            // Of five with another of their class: 20.5 and 20 are nearest to 20.2, 30 and 30.5 to each other.
            Assert.That(result.PrecisionAt1, Is.EqualTo(2 / 5.0));
            Assert.That(result.NearestMeanAccuracy, Is.Null);
            Assert.That(result.Protocol.SelfMatchExcluded);
            Assert.That(result.Protocol.Reference, Is.EqualTo("people"));
            Assert.That(result.Protocol.Parts["precisionAt1"], Is.EqualTo("people, each against the others"));
            Assert.That(result.Protocol.Notes[0], Does.Contain("no class of people is in train"));
            Assert.That(result.Protocol.Notes[1], Does.Contain("people has 1 row without another of its class"));
        });
    }

    [Test]
    public void MixedClasses_AreJudgedApart()
    {
        EmbeddingSet mixed = new("test", [0.4f, 12, 5.6f, 40, 41, 60], 1, [0, 1, 0, 7, 7, 8]);
        EvaluationResult result = Evaluator.Evaluate(device, mixed, trained);
        Assert.Multiple(() =>
        {
            Assert.That(result.PrecisionAt1, Is.EqualTo(2 / 3.0), "5.6 lies nearer to 10 than to 1");
            Assert.That(result.NearestMeanAccuracy, Is.EqualTo(2 / 3.0), "the means are 0.5 and 10.5");
            Assert.That(result.Unseen, Is.EqualTo(new UnseenResult(2, 3, 1)));
            Assert.That(result.Neighbours!.HardestMistakes(9), Has.Count.EqualTo(1));
            Assert.That(result.Protocol.Notes, Has.Count.EqualTo(1));
        });
    }

    [Test]
    public void TripletOrder_OfVeryManyClasses_ListsTheWorst()
    {
        const int Classes = 3000;
        float[] values = new float[2 * Classes];
        for (int i = 0; i < values.Length; i++) values[i] = 10 * (i / 2) + (i / 2 == 1234 ? 1e6f * (i % 2) : i % 2);
        EmbeddingSet set = new("test", values, 1, [.. Enumerable.Range(0, values.Length).Select(i => i / 2)]);
        TripletOrder order = TripletOrderProtocol.Evaluate(set, seed: 1);
        Assert.That((order.Classes.Count, order.Others), Is.EqualTo((TripletOrder.MostListed, 2000)));
        double worst = order.Classes.Single(c => c.Label == 1234).Share;
        Assert.That(worst, Is.LessThan(0.5), "all others lie nearer to one of its rows");
        Assert.That(order.Mean, Is.EqualTo((Classes - 1 + worst) / Classes).Within(1e-9));
    }
}
