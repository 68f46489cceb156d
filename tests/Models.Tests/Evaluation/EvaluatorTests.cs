using System.Text.Json;
using TripletGpu.Backends.Cpu;
using TripletGpu.Models.Evaluation;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Evaluation;

public sealed class EvaluatorTests
{
    static readonly JsonSerializerOptions Camel = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    readonly Device device = new("cpu", new CpuBackend(2));

    [OneTimeTearDown]
    public void CloseDevice() => device.Dispose();

    [Test]
    public void PrecisionAt1_ConfusionAndMistakes_ByHand()
    {
        EmbeddingSet references = new("train", [0, 1, 10, 11], 1, [3, 3, 7, 7]);
        EmbeddingSet queries = new("test", [0.4f, 10.4f, 9, 2], 1, [3, 7, 3, 7]);
        NearestNeighbourResult result = NearestNeighbourProtocol.Evaluate(device, queries, references);
        Assert.That(result.Neighbours, Is.EqualTo(new[] { 0, 2, 2, 1 }));
        Assert.That(result.PrecisionAt1, Is.EqualTo(0.5));
        Assert.That(result.Confusion([3, 7]), Is.EqualTo(new int[][] { [1, 1], [1, 1] }));
        Assert.That(result.HardestMistakes(1), Is.EqualTo(new[] { new NeighbourMistake(2, 2, 3, 7, 1) }));
    }

    [Test]
    public void NearestMean_OfOneSet_LeavesTheRowItselfOut_ByHand()
    {
        // 4 and 5 lie nearer to the other class's mean (7 and 2) than to the rest of their own (0 and 9); 30 is alone.
        EmbeddingSet set = new("test", [0, 4, 5, 9, 30], 1, [0, 0, 1, 1, 2]);
        Assert.That(NearestNeighbourProtocol.NearestMeanAccuracy(device, set, references: null), Is.EqualTo(0.5));
        EmbeddingSet alone = new("test", [1, 2], 1, [0, 1]);
        Assert.That(NearestNeighbourProtocol.NearestMeanAccuracy(device, alone, references: null), Is.NaN);
        EmbeddingSet one = new("test", [1, 2], 1, [0, 0]);
        Assert.That(NearestNeighbourProtocol.NearestMeanAccuracy(device, one, references: null), Is.EqualTo(1));
    }

    [Test]
    public void NearestMean_ByHand()
    {
        EmbeddingSet references = new("train", [0, 4, 10, 12], 1, [0, 0, 1, 1]); // means 2 and 11
        EmbeddingSet queries = new("test", [6, 7, 100], 1, [0, 0, 1]); // the border lies at 6.5
        Assert.That(NearestNeighbourProtocol.NearestMeanAccuracy(device, queries, references), Is.EqualTo(2 / 3.0));
    }

    [Test]
    public void Retrieval_ByHand()
    {
        // From 0: 1 (same), 2 (other), 4 (same): R = 2, relevant 1 of the first 2, precisions 1/1.
        EmbeddingSet set = new("test", [0, 1, 2, 4, 9], 1, [0, 0, 1, 0, 2]);
        RetrievalResult result = RetrievalProtocol.Evaluate(device, set, seed: 1);
        // From 1: neighbours 0 (same; as near as 2, and before it), 2. From 4: 2, 1. The classes of one
        // row do not count.
        Assert.That(result.RPrecision, Is.EqualTo((0.5 + 0.5 + 0.5) / 3).Within(1e-12));
        Assert.That(result.MapAtR, Is.EqualTo((0.5 + 0.5 + 0.25) / 3).Within(1e-12));
    }

    [Test]
    public void PerfectEmbeddings_ArePerfectEverywhere()
    {
        Random random = new(1);
        const int Classes = 4, Rows = 60;
        int[] labels = [.. Enumerable.Range(0, Rows).Select(i => i % Classes)];
        float[] values = new float[Rows * Classes];
        for (int i = 0; i < Rows; i++)
        {
            values[i * Classes + labels[i]] = 1;
            values[i * Classes + (labels[i] + 1) % Classes] = random.NextSingle() * 1e-3f;
        }
        EmbeddingSet set = new("test", values, Classes, labels);
        EvaluationResult result = Evaluator.Evaluate(device, set, references: null);
        Assert.Multiple(() =>
        {
            Assert.That(result.PrecisionAt1, Is.EqualTo(1));
            Assert.That(result.RPrecision, Is.EqualTo(1));
            Assert.That(result.MapAtR, Is.EqualTo(1));
            Assert.That(result.NearestMeanAccuracy, Is.EqualTo(1));
            Assert.That(result.TripletOrder!.Mean, Is.EqualTo(1));
            Assert.That(result.Verification!.Accuracy, Is.EqualTo(1));
            Assert.That(result.Verification.Auc, Is.EqualTo(1));
            Assert.That(result.Verification.Eer, Is.Zero);
            Assert.That(result.Verification.ValAtFar["1e-3"], Is.EqualTo(1));
            Assert.That(result.Protocol.SelfMatchExcluded && result.Protocol.Normalized);
        });
    }

    [Test]
    public void Json_HasTheKeysOfTheCommandLine()
    {
        EmbeddingSet set = new("test", [0, 1, 5, 6], 1, [0, 0, 1, 1]);
        EvaluationResult result = Evaluator.Evaluate(device, set, set, baselines: new Baselines(0.97, 0.92));
        JsonElement json = JsonSerializer.SerializeToElement(result, Camel);
        Assert.That(json.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[]
        {
            "protocol", "precisionAt1", "rPrecision", "mapAtR", "nearestMeanAccuracy", "verification", "tripletOrder",
            "baselines",
        }));
        Assert.That(json.GetProperty("verification").EnumerateObject().Select(p => p.Name),
            Is.EqualTo(new[] { "accuracy", "threshold", "auc", "eer", "valAtFar" }));
        Assert.That(
            json.GetProperty("verification").GetProperty("valAtFar").GetProperty("1e-3").GetDouble(), Is.EqualTo(1));
        Assert.That(json.GetProperty("tripletOrder").GetProperty("perClass").GetArrayLength(), Is.EqualTo(2));
        Assert.That(json.GetProperty("baselines").GetProperty("untrainedPrecisionAt1").GetDouble(), Is.EqualTo(0.92));
        string[] keys = ["query", "reference", "selfMatchExcluded", "k", "distance", "normalized", "n"];
        foreach (string key in keys)
            Assert.That(json.GetProperty("protocol").TryGetProperty(key, out _), key);
    }

    [Test]
    public void TheSameSeed_DrawsTheSameSamples()
    {
        EmbeddingSet set = new(
            "test", Values.ToSingle(Values.Normal(90, new Random(1))), 3,
            [.. Enumerable.Range(0, 30).Select(i => i % 3)]);
        EvaluationResult Run(ulong seed) =>
            Evaluator.Evaluate(device, set, null, Protocols.TripletOrder | Protocols.Verification, seed);
        Assert.That(Run(1).TripletOrder!.PerClass, Is.EqualTo(Run(1).TripletOrder!.PerClass));
        Assert.That(
            Run(1).Verification!.Auc, Is.EqualTo(Run(1).Verification!.Auc).And.Not.EqualTo(Run(2).Verification!.Auc));
    }

    [Test]
    public void BadSets_AreNamed()
    {
        Assert.That(
            () => new EmbeddingSet("test", [1, 2, 3], 2, [0]),
            Throws.ArgumentException.With.Message.Contains("test: 3 values"));
        Assert.That(() => new EmbeddingSet("test", [], 2, []), Throws.ArgumentException.With.Message.Contains("empty"));
        Assert.That(
            () => new EmbeddingSet("test", [0, float.NaN], 1, [0, 1]),
            Throws.TypeOf<UserErrorException>().With.Message.Contains("row 1"));
        EmbeddingSet one = new("one", [1], 1, [0]), two = new("two", [1, 2], 2, [0]);
        Assert.That(
            () => Evaluator.Evaluate(device, one, two), Throws.ArgumentException.With.Message.Contains("two of 2"));
    }
}
