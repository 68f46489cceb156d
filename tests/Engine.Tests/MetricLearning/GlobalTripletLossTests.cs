using NUnit.Framework;
using TripletGpu.Autograd;
using TripletGpu.Collectives;
using TripletGpu.Engine.Tests.Collectives;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.MetricLearning;

/// <summary>
/// The loss of a batch in several hands against that of one: every rule, distance and reduction, uneven shares, ranks
/// without a triplet, none at all, ties, duplicates, values that are no numbers.
/// </summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class GlobalTripletLossTests(string device)
{
    static readonly int[] Sizes = [1, 2, 3, 4, 7];

    readonly RankDevices devices = new(device, Sizes.Max());
    Expectation[]? expectations;

    [OneTimeTearDown]
    public void CloseDevices() => devices.Dispose();

    [TestCaseSource(nameof(Sizes))]
    public void EveryRuleAndBatch_MatchesOneProcess(int size)
    {
        // A device's launches take longer than such a batch.
        bool isSlow = !TestDevices.Cpu.Contains(device);
        int batches = device == TestDrivers.Reference ? 1 : GlobalBatches.All.Count;
        expectations ??=
        [
            .. from batch in GlobalBatches.All.Take(batches)
               from settings in GlobalBatches.Settings(batch, isSlow)
               select OfOne(devices.Of(rank: 0), batch, settings),
        ];
        ThreadCollective.Run(size, ranks =>
        {
            foreach (Expectation expected in expectations) Compare(expected, devices.Of(ranks), ranks);
        });
    }

    [Test]
    public void RepeatedRuns_HaveTheSameBits()
    {
        float[][] gradients = [Run(), Run()];
        Assert.That(gradients[0], Is.EqualTo(gradients[1]));

        float[] Run()
        {
            float[] all = [];
            ThreadCollective.Run(3, ranks =>
            {
                using Device opened = TestDevices.Open(device, threads: 1);
                GlobalBatches.Batch batch = GlobalBatches.All[0];
                float[] own = OfRank(opened, ranks, batch, new TripletSettings(), out _, out _);
                if (ranks.Rank == 1) all = own;
            });
            return all;
        }
    }

    [Test]
    public void NotANumber_IsFoundByEveryRank() => ThreadCollective.Run(3, ranks =>
    {
        GlobalBatches.Batch batch = GlobalBatches.All[0];
        float[] broken = [.. batch.Embeddings];
        broken[5 * batch.Width] = float.NaN;
        OfRank(
            devices.Of(ranks), ranks, batch with { Embeddings = broken }, new TripletSettings(), out float loss,
            out TripletStatistics statistics);
        Assert.That(loss, Is.NaN);
        Assert.That(statistics.NonFiniteRow, Is.EqualTo(5));
    });

    /// <summary>What one process makes of a batch.</summary>
    static Expectation OfOne(Device device, GlobalBatches.Batch batch, TripletSettings settings)
    {
        using Step step = device.BeginStep();
        Tensor all = device.Tensor(new Shape(batch.Rows, batch.Width), batch.Embeddings);
        all.RequiresGradient = true;
        Tensor loss = all.TripletLoss(batch.Labels, settings, out TripletTable mined);
        step.Backward(loss);
        return new(batch, settings, loss.ToScalar(), step.Gradients[all].ToArray(), mined.ReadStatistics());
    }

    static void Compare(Expectation expected, Device device, ICollective ranks)
    {
        (GlobalBatches.Batch batch, TripletSettings settings, _, _, _) = expected;
        string what = $"{batch.Name}, {settings.Rule}, {settings.Distance}, {settings.EffectiveReductionName()}";
        float[] own = OfRank(device, ranks, batch, settings, out float value, out TripletStatistics statistics);
        Assert.That(statistics, Is.EqualTo(expected.Statistics), what);
        Close.AreClose([expected.Loss], [value], Tolerance.Sum, $"loss of {what}");
        BatchShare share = new(ranks, batch.Rows);
        double[] wanted =
            [.. expected.Gradient.Skip(share.First * batch.Width).Take(own.Length).Select(v => (double)v)];
        double largest = expected.Gradient.Max(Math.Abs);
        for (int i = 0; i < own.Length; i++)
            Assert.That(
                Math.Abs(own[i] - wanted[i]), Is.LessThanOrEqualTo(1e-5 * largest),
                $"{i} of rank {ranks.Rank}, {what}");
    }

    /// <summary>The gradient of a rank's rows.</summary>
    static float[] OfRank(
        Device device, ICollective ranks, GlobalBatches.Batch batch, TripletSettings settings, out float loss,
        out TripletStatistics statistics)
    {
        BatchShare share = new(ranks, batch.Rows);
        using Step step = device.BeginStep();
        float[] mine = [.. batch.Embeddings.Skip(share.First * batch.Width).Take(share.Count * batch.Width)];
        Tensor all = share.Gather(device.Tensor(new Shape(share.Count, batch.Width), mine));
        GlobalTripletLoss global = GlobalTripletLoss.Of(all, batch.Labels, settings, share);
        (loss, statistics) = (global.Value, global.Statistics);
        global.Backward(step);
        return share.ReduceScatter(step.Gradients[all]).ToArray();
    }

    /// <summary>Of a batch and settings the loss, the gradient of all rows and what was mined.</summary>
    sealed record Expectation(
        GlobalBatches.Batch Batch, TripletSettings Settings, float Loss, float[] Gradient,
        TripletStatistics Statistics);
}
