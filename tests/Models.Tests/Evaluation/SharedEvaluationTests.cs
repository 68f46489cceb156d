using NUnit.Framework;
using TripletGpu.Backends.Cpu;
using TripletGpu.Collectives;
using TripletGpu.Models.Evaluation;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Evaluation;

/// <summary>Evaluations that several ranks make together: the figures of one process, to the last bit.</summary>
public sealed class SharedEvaluationTests
{
    static readonly int[] Sizes = [1, 2, 3, 4, 7];

    [TestCaseSource(nameof(Sizes))]
    public void Neighbours_AreThoseOfOneProcess_TiesIncluded(int size)
    {
        EmbeddingSet queries = Draw("queries", 301, isWhole: false), references = Draw("references", 500, false);
        EmbeddingSet tied = Draw("tied", 203, isWhole: true), many = Draw("many", 400, isWhole: true);
        EmbeddingSet few = Draw("few", 3, isWhole: true);
        Compare(size, queries, references);
        Compare(size, queries, null);
        Compare(size, tied, many);
        Compare(size, tied, null);
        Compare(size, tied, few);
        Compare(size, few, null);
    }

    // Beyond a slice of the search, whose border lies inside a rank's references.
    [Test]
    public void ManyQueries_AreSearchedInSlices() => Compare(3, Draw("many", 6001, isWhole: true), null);

    [TestCaseSource(nameof(Sizes))]
    public void Figures_AreThoseOfOneProcess(int size)
    {
        EmbeddingSet queries = Draw("queries", 120, false), references = Draw("references", 90, false);
        foreach (EmbeddingSet? against in (EmbeddingSet?[])[references, null])
        {
            using Device one = new("cpu", new CpuBackend(1));
            EvaluationResult expected = Evaluator.Evaluate(one, queries, against);
            ThreadCollective.Run(size, ranks =>
            {
                using Device device = new("cpu", new CpuBackend(1));
                EvaluationResult actual = Evaluator.Evaluate(device, queries, against, ranks: ranks);
                Assert.That(actual.PrecisionAt1, Is.EqualTo(expected.PrecisionAt1));
                Assert.That(actual.RPrecision, Is.EqualTo(expected.RPrecision));
                Assert.That(actual.MapAtR, Is.EqualTo(expected.MapAtR));
                if (ranks.Rank > 0) return;
                Assert.That(actual.NearestMeanAccuracy, Is.EqualTo(expected.NearestMeanAccuracy));
                Assert.That(actual.Verification!.Auc, Is.EqualTo(expected.Verification!.Auc));
                Assert.That(actual.Protocol.Notes, Is.EqualTo(expected.Protocol.Notes));
            });
        }
    }

    [Test]
    public void Stopping_OneRank_StopsAll()
    {
        EmbeddingSet queries = Draw("queries", 50, false);
        ThreadCollective.Run(3, ranks =>
        {
            using Device device = new("cpu", new CpuBackend(1));
            using CancellationTokenSource source = new();
            if (ranks.Rank == 1) source.Cancel();
            Assert.Throws<OperationCanceledException>(
                () => Evaluator.Evaluate(device, queries, null, stopping: source.Token, ranks: ranks));
        });
    }

    static void Compare(int size, EmbeddingSet queries, EmbeddingSet? references)
    {
        using Device one = new("cpu", new CpuBackend(2));
        NearestNeighbourResult expected = NearestNeighbourProtocol.Evaluate(one, queries, references);
        ThreadCollective.Run(size, ranks =>
        {
            using Device device = new("cpu", new CpuBackend(1));
            NearestNeighbourResult actual =
                NearestNeighbourProtocol.Evaluate(device, queries, references, ranks: ranks);
            string what = $"{queries.Name} against {references?.Name}, rank {ranks.Rank} of {size}";
            Assert.That(actual.Neighbours, Is.EqualTo(expected.Neighbours), what);
            Assert.That(actual.Distances, Is.EqualTo(expected.Distances), what);
        });
    }

    /// <summary>Rows of four classes and one more; whole numbers are often equally far.</summary>
    static EmbeddingSet Draw(string name, int rows, bool isWhole)
    {
        const int width = 5;
        double[] values = Values.Normal(rows * width, new Random(rows));
        return new EmbeddingSet(
            name, Array.ConvertAll(values, v => (float)(isWhole ? Math.Round(v) : v)), width,
            [.. Enumerable.Range(0, rows).Select(i => i == 0 ? 9 : i % 4)]);
    }
}
