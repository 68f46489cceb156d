using TripletGpu.Kernels.MetricLearning;
using TripletGpu.Kernels.Tests.Suite;

namespace TripletGpu.Kernels.Tests;

/// <summary>
/// The mining kernels' C# on ILGPU's CPU accelerator, in both shapes of a group, on small batches full of ties.
/// </summary>
public sealed class MiningReferenceTests
{
    const int D = 3;

    [Test]
    public void Mine_Nearest_IsTheFirstFartherNegative(
        [Values] bool isGroup, [Values(1, 5, 20)] int n, [Values(1, 3)] int classes)
    {
        MinedBatch batch = Mine(isGroup, new(n, D, classes), MiningRule.Semihard);
        int row = 0;
        long fallbacks = 0;
        double sum = 0;
        for (int a = 0; a < n; a++)
            for (int p = 0; p < n; p++)
            {
                if (p == a || batch.Labels[p] != batch.Labels[a]) continue;
                int[] negatives = [.. Enumerable.Range(0, n).Where(i => batch.Labels[i] != batch.Labels[a])];
                int[] farther = [.. negatives.Where(i => batch.Distance(a, i) > batch.Distance(a, p))];
                int expected = farther.Length > 0 ? farther.MinBy(i => batch.Distance(a, i))
                    : negatives.Length > 0 ? negatives.MaxBy(i => batch.Distance(a, i)) : -1;
                float far = expected < 0 ? 0 : batch.Distance(a, expected);
                float loss = MathF.Max(0, batch.Distance(a, p) + MinedBatch.Margin - far);
                fallbacks += farther.Length > 0 ? 0 : 1;
                sum += loss;
                Assert.That(batch.Row(row), Is.EqualTo((a, p, expected)), $"pair {row}");
                Assert.That(batch.Losses[row++], Is.EqualTo(loss), $"loss {row}");
            }
        Assert.That(batch.Statistics[10], Is.EqualTo(fallbacks), "fallbacks");
        Assert.That(batch.Loss[0], Is.EqualTo((float)sum), "loss");
    }

    [Test]
    public void Mine_Every_CountsAndSumsItsTriplets(
        [Values] bool isGroup,
        [Values(MiningRule.BatchAll, MiningRule.AllSemihard, MiningRule.AllHard)] MiningRule rule)
    {
        MinedBatch batch = Mine(isGroup, new(17, D, 3), rule);
        int row = 0;
        long active = 0;
        double sum = 0;
        for (int a = 0; a < batch.N; a++)
            for (int p = 0; p < batch.N; p++)
            {
                if (p == a || batch.Labels[p] != batch.Labels[a]) continue;
                float positive = batch.Distance(a, p);
                float[] losses = [.. Enumerable.Range(0, batch.N).Where(i => batch.Labels[i] != batch.Labels[a])
                    .Select(i => batch.Distance(a, i))
                    .Where(d => rule == MiningRule.BatchAll || d > positive == (rule == MiningRule.AllSemihard))
                    .Select(d => positive + MinedBatch.Margin - d).Where(l => l > 0)];
                active += losses.Length;
                sum += losses.Sum();
                Assert.That(batch.Row(row), Is.EqualTo((a, p, losses.Length)), $"pair {row}");
                Assert.That(batch.Losses[row++], Is.EqualTo(positive));
            }
        Assert.That(batch.Statistics[2], Is.EqualTo(active), "active");
        Assert.That(batch.Loss[0], Is.EqualTo((float)sum), "loss");
    }

    static MinedBatch Mine(bool isGroup, MinedBatch batch, MiningRule rule) =>
        isGroup ? batch.Mine<RowGroup>(rule) : batch.Mine<RowItem>(rule);
}
