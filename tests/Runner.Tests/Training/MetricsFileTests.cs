using System.Text.Json;
using TripletGpu.Models;
using TripletGpu.Runner.Runs;
using TripletGpu.Runner.Training;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Training;

public sealed class MetricsFileTests
{
    TemporaryFolder folder = null!;

    string FilePath => folder["metrics.jsonl"];

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Append_HasTheContractsKeysInOrder()
    {
        using (MetricsFile file = MetricsFile.Continue(FilePath, 0))
            file.Append(Metrics(1) with { EffectiveRank = 3.5f });
        using JsonDocument line = JsonDocument.Parse(File.ReadAllText(FilePath));
        Assert.That(line.RootElement.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[]
        {
            "step", "epoch", "loss", "learningRate", "pairs", "active", "hard", "semiHard", "easy", "spread", "normP05",
            "normP95", "effectiveRank", "imagesPerSecond", "seconds",
        }));
    }

    [Test]
    public void Append_WithoutEffectiveRank_LeavesTheKeyOut()
    {
        using (MetricsFile file = MetricsFile.Continue(FilePath, 0)) file.Append(Metrics(1));
        Assert.That(File.ReadAllText(FilePath), Does.Not.Contain("effectiveRank"));
    }

    [Test]
    public void Append_WritesLossWithAllItsDigits()
    {
        float loss = MathF.BitIncrement(0.1f);
        using (MetricsFile file = MetricsFile.Continue(FilePath, 0)) file.Append(Metrics(1) with { Loss = loss });
        using JsonDocument line = JsonDocument.Parse(File.ReadAllText(FilePath));
        Assert.That(line.RootElement.GetProperty("loss").GetSingle(), Is.EqualTo(loss));
    }

    [Test]
    public void Continue_DropsLaterAndHalfWrittenLines()
    {
        using (MetricsFile file = MetricsFile.Continue(FilePath, 0))
            for (int step = 1; step <= 5; step++) file.Append(Metrics(step));
        File.AppendAllText(FilePath, """{"step":6,"epo""");
        using (MetricsFile file = MetricsFile.Continue(FilePath, 3)) file.Append(Metrics(4));
        Assert.That(
            File.ReadLines(FilePath).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("step").GetInt32()),
            Is.EqualTo(new[] { 1, 2, 3, 4 }));
    }

    [Test]
    public void Continue_MissingLines_IsAnError()
    {
        using (MetricsFile file = MetricsFile.Continue(FilePath, 0)) file.Append(Metrics(1));
        Assert.That(() => MetricsFile.Continue(FilePath, 2), Throws.TypeOf<UserErrorException>());
    }

    [Test]
    public void Table_HasTheSameColumnsInEveryRow_EmptyWhereAStepHasNone()
    {
        using (MetricsFile file = MetricsFile.Continue(FilePath, 0))
        {
            file.Append(Metrics(1));
            file.Append(Metrics(2) with { EffectiveRank = 3.5f, Spread = float.NaN, Accuracy = 0.25 });
        }
        Assert.That(File.ReadAllLines(folder["metrics.csv"]), Is.EqualTo(new[]
        {
            "step,epoch,loss,learningRate,pairs,active,hard,semiHard,easy,spread,normP05,normP95,effectiveRank,accuracy"
                + ",phase,imagesPerSecond,seconds",
            "1,1,0.5,0.1,4,2,1,1,2,1.5,1,2,,,,100,1",
            "2,1,0.5,0.1,4,2,1,1,2,,1,2,3.5,0.25,,100,1",
        }));
    }

    [TestCase("gone")]
    [TestCase("cut")]
    [TestCase("longer")]
    public void Table_IsWholeAgain_WhenARunGoesOn(string fault)
    {
        using (MetricsFile file = MetricsFile.Continue(FilePath, 0))
            for (int step = 1; step <= 5; step++) file.Append(Metrics(step));
        string table = folder["metrics.csv"];
        if (fault == "gone") File.Delete(table);
        if (fault == "cut") File.WriteAllText(table, File.ReadAllText(table)[..^40]);
        if (fault == "longer") File.AppendAllText(table, "6,1,0.5");
        using (MetricsFile file = MetricsFile.Continue(FilePath, 3)) file.Append(Metrics(4));
        Assert.That(File.ReadLines(table).Skip(1).Select(line => line.Split(',')[0]),
            Is.EqualTo(new[] { "1", "2", "3", "4" }));
    }

    static StepMetrics Metrics(long step) => new()
    {
        Step = step,
        Epoch = 1,
        Loss = 0.5f,
        LearningRate = 0.1f,
        Pairs = 4,
        Active = 2,
        Hard = 1,
        SemiHard = 1,
        Easy = 2,
        Spread = 1.5f,
        NormP05 = 1,
        NormP95 = 2,
        ImagesPerSecond = 100,
        Seconds = 1,
    };
}
