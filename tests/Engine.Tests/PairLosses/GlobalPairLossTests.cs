using NUnit.Framework;
using TripletGpu.Autograd;
using TripletGpu.Collectives;
using TripletGpu.Engine.Tests.Collectives;
using TripletGpu.Engine.Tests.MetricLearning;
using TripletGpu.Kernels.PairLosses;
using TripletGpu.PairLosses;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.PairLosses;

/// <summary>
/// Losses on pairs and on weights of classes of a batch in several hands against those of one: uneven shares, ranks
/// without a pair, none at all, ties, duplicates, fewer rows or classes than ranks, values that are no numbers.
/// </summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class GlobalPairLossTests(string device)
{
    // Classes that no row has.
    const int MoreClasses = 2;

    static readonly int[] Sizes = [1, 2, 3, 4, 7];

    readonly RankDevices devices = new(device, Sizes.Max());
    Expectation[]? expectations;

    [OneTimeTearDown]
    public void CloseDevices() => devices.Dispose();

    [TestCaseSource(nameof(Sizes))]
    public void EveryLossAndBatch_MatchesOneProcess(int size)
    {
        // A device's launches take longer than such a batch.
        bool isSlow = !TestDevices.Cpu.Contains(device);
        int batches = device == TestDrivers.Reference ? 1 : isSlow ? 3 : GlobalBatches.All.Count;
        expectations ??=
        [
            .. from batch in GlobalBatches.All.Take(batches)
               from loss in GlobalPairCases.All
               select OfOne(devices.Of(rank: 0), WithoutEqualNegatives(batch, loss), loss),
        ];
        ThreadCollective.Run(size, ranks =>
        {
            foreach (Expectation expected in expectations) Compare(expected, devices.Of(ranks), ranks);
        });
    }

    [Test]
    public void NotANumber_MakesTheLossNaN_OnEveryRank() => ThreadCollective.Run(3, ranks =>
    {
        Device opened = devices.Of(ranks);
        GlobalBatches.Batch batch = GlobalBatches.All[0];
        float[] broken = [.. batch.Embeddings];
        broken[5 * batch.Width] = float.NaN;
        foreach (GlobalPairCases.Case loss in GlobalPairCases.All)
        {
            using Step step = opened.BeginStep();
            Assert.That(OfRank(step, opened, ranks, batch with { Embeddings = broken }, loss, out _, out _), Is.NaN);
        }
    });

    /// <summary>
    /// Of equal rows of two classes the contrastive loss knows the distance only by the rounding of their similarity,
    /// and pushes them apart by its inverse: there they get the same class.
    /// </summary>
    static GlobalBatches.Batch WithoutEqualNegatives(GlobalBatches.Batch batch, GlobalPairCases.Case loss)
    {
        if (!loss.Name.StartsWith(nameof(Contrastive), StringComparison.Ordinal)) return batch;
        Dictionary<string, int> classes = [];
        int[] labels = [.. batch.Labels];
        for (int i = 0; i < labels.Length; i++)
        {
            string row = string.Join(' ', batch.Embeddings.Skip(i * batch.Width).Take(batch.Width));
            if (!classes.TryAdd(row, labels[i])) labels[i] = classes[row];
        }
        return batch with { Labels = labels };
    }

    /// <summary>What one process makes of a batch.</summary>
    static Expectation OfOne(Device device, GlobalBatches.Batch batch, GlobalPairCases.Case loss)
    {
        using Step step = device.BeginStep();
        GlobalPairCases.Batch all = Upload(device, batch, loss);
        Tensor value = loss.One(all);
        step.Backward(value);
        return new(
            batch, loss, value.ToScalar(), step.Gradients[all.Embeddings].ToArray(),
            step.Gradients.Find(all.Weights)?.ToArray() ?? []);
    }

    static void Compare(Expectation expected, Device device, ICollective ranks)
    {
        (GlobalBatches.Batch batch, GlobalPairCases.Case loss, float expectedLoss, _, _) = expected;
        string what = $"{batch.Name}, {loss.Name}, rank {ranks.Rank} of {ranks.Size}";
        using Step own = device.BeginStep();
        float actual = OfRank(own, device, ranks, batch, loss, out float[] gradient, out float[] weights);
        Assert.That(weights, Has.Length.EqualTo(expected.Weights.Length), what);
        ranks.AllReduceSum(weights.AsSpan());
        Close.AreClose([expectedLoss], [actual], Tolerance.Sum, $"loss of {what}");
        int first = new BatchShare(ranks, batch.Rows).First * batch.Width;
        AreClose(expected.Embeddings, first, gradient, what);
        AreClose(expected.Weights, 0, weights, $"weights, {what}");
    }

    static void AreClose(float[] expected, int first, float[] actual, string what)
    {
        double largest = expected.Length == 0 ? 0 : expected.Max(Math.Abs);
        for (int i = 0; i < actual.Length; i++)
            Assert.That(
                Math.Abs(actual[i] - expected[first + i]), Is.LessThanOrEqualTo(1e-5 * largest), $"{i}, {what}");
    }

    /// <summary>The loss, the gradient of a rank's rows and its part of that of the weights.</summary>
    static float OfRank(
        Step step, Device device, ICollective ranks, GlobalBatches.Batch batch, GlobalPairCases.Case loss,
        out float[] gradient, out float[] weights)
    {
        BatchShare share = new(ranks, batch.Rows);
        GlobalPairCases.Batch all = Upload(device, batch, loss);
        float[] mine = [.. batch.Embeddings.Skip(share.First * batch.Width).Take(share.Count * batch.Width)];
        Tensor own = device.Tensor(new Shape(share.Count, batch.Width), mine);
        own.RequiresGradient = loss.IsOfOwn;
        all = loss.IsOfOwn
            ? all with { Embeddings = own, Labels = all.Labels[share.First..(share.First + share.Count)] }
            : all with { Embeddings = share.Gather(own) };
        GlobalPairLoss global = loss.Several(all, share);
        global.Backward(step);
        Tensor found = step.Gradients[all.Embeddings];
        gradient = (loss.IsOfOwn ? found : share.ReduceScatter(found)).ToArray();
        weights = step.Gradients.Find(all.Weights)?.ToArray() ?? [];
        return global.Value;
    }

    static GlobalPairCases.Batch Upload(Device device, GlobalBatches.Batch batch, GlobalPairCases.Case loss)
    {
        int[] known = [.. batch.Labels.Distinct()], labels = [.. batch.Labels.Select(l => Array.IndexOf(known, l))];
        int rows = (known.Length + MoreClasses) * loss.SubCenters, width = batch.Width, kept = 5;
        Tensor embeddings = device.Tensor(new Shape(batch.Rows, width), batch.Embeddings);
        Tensor weights = Draw(device, rows, width), memory = Draw(device, kept, width);
        embeddings.RequiresGradient = weights.RequiresGradient = true;
        return new(embeddings, labels, weights, memory, [.. Enumerable.Range(0, kept).Select(i => i % known.Length)]);
    }

    static Tensor Draw(Device device, int rows, int width) => device.Tensor(
        new Shape(rows, width),
        Array.ConvertAll(Values.Normal(rows * width, new Random(rows), 0.6), v => (float)v));

    /// <summary>Of a batch and a loss the value, the gradient of all rows and that of the weights.</summary>
    sealed record Expectation(
        GlobalBatches.Batch Batch, GlobalPairCases.Case Loss, float Value, float[] Embeddings, float[] Weights);
}
