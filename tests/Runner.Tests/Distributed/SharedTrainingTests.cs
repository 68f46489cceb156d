using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TripletGpu.Backends.Cpu;
using TripletGpu.Collectives;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Evaluation;
using TripletGpu.Runner.Networks;
using TripletGpu.Runner.Runs;
using TripletGpu.Runner.Tests.Training;
using TripletGpu.Runner.Training;

namespace TripletGpu.Runner.Tests.Distributed;

/// <summary>Whole trainings by ranks that are threads, against the training of one process.</summary>
public sealed class SharedTrainingTests
{
    const int Steps = 5;

    // All triplets, and the mean over all: a sum that no choice makes jump where two distances differ by rounding.
    static readonly string[] sgd =
    [
        "loss.rule=batch-all", "loss.reduction=pairs",
        "optimizer.kind=sgd", "optimizer.learningRate=0.01", "schedule.kind=constant", $"train.steps={Steps}",
        "evaluate.everyEpochs=0", "train.winograd=false",
    ];

    [TestCase(2)]
    [TestCase(3)]
    [TestCase(7)]
    public void SmallNetwork_WithDropout_TrainsAsOneProcess(int size) => Compare(size, null, sgd);

    [TestCase("semihard")]
    [TestCase("hard")]
    [TestCase("batch-all")]
    public void EveryKindOfRule_TrainsAsOneProcess(string rule) =>
        Compare(3, null, [.. sgd, $"loss.rule={rule}", "loss.reduction=active", "train.steps=2"]);

    // Small steps: through fifty layers over some images a ReLU that opens by rounding changes gradients by 1e-3, and
    // one process of two threads departs from one of one thread as far as this.
    [Test]
    public void BatchNorm_OfAllRanks_TrainsAsOneProcess() =>
        Compare(3, Nn2, [.. sgd, "optimizer.learningRate=0.00001", "train.steps=3"]);

    [Test]
    public void Classifier_OfAllRanks_TrainsAsOneProcess() =>
        Compare(3, null, [.. sgd, "loss.kind=softmax"]);

    [TestCase("contrastive")]
    [TestCase("nt-xent")]
    [TestCase("supcon")]
    [TestCase("multi-similarity")]
    [TestCase("circle")]
    [TestCase("arcface")]
    [TestCase("subcenter-arcface")]
    [TestCase("cosface")]
    [TestCase("proxy-nca")]
    [TestCase("proxy-anchor")]
    public void EveryKindOfLoss_TrainsAsOneProcess(string kind) =>
        Compare(3, null, [.. sgd, $"loss.kind={kind}", "optimizer.learningRate=0.001", "train.steps=3"]);

    // More ranks than classes: some have no proxy of their own.
    [TestCase("multi-similarity", "loss.memory=60")]
    [TestCase("multi-similarity", "train.gradientCache=2")]
    [TestCase("arcface", "train.gradientCache=2")]
    [TestCase("proxy-anchor", "train.gradientCache=2")]
    public void Losses_WithMemoryOrGradientCache_TrainAsOneProcess(string kind, string setting) => Compare(
        7, NoDropout, [.. sgd, $"loss.kind={kind}", setting, "optimizer.learningRate=0.001", "train.steps=4"]);

    [Test]
    public void Memory_IsResumed_ByOtherRanks()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        string[] remembering = [
            .. sgd, "loss.kind=nt-xent", "loss.temperature=0.5", "loss.memory=60", "optimizer.learningRate=0.001"];
        Train(job, "whole", 1, remembering);
        Train(job, "parts", 3, [.. remembering, "train.steps=3"]);
        Train(job, "parts", 2, [$"train.steps={Steps}"], isResumed: true);
        AreClose(Losses(job["whole"]), Losses(job["parts"]));
    }

    [TestCase(2)]
    [TestCase(7)]
    public void Evaluation_OfAllRanks_IsThatOfOneProcess(int size)
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        string[] settings = [.. sgd, "data.validationShare=0.25", "evaluate.everyEpochs=1", "train.steps=8"];
        Train(job, "run", size, settings);
        Train(job, "again", size, settings);
        string evaluated = File.ReadAllText(Path.Combine(job["run"], "evaluation.json"));
        Assert.That(File.ReadAllText(Path.Combine(job["again"], "evaluation.json")), Is.EqualTo(evaluated));
        using Device device = new("cpu", new CpuBackend(1));
        using FinishedRun finished = FinishedRun.Open(job["run"], device, RunWeights.Last);
        using ProgressLine progress = new(new Terminal(TextWriter.Null, TextWriter.Null));
        MeasuredRun one = new RunEvaluator(
            finished.Config, Datasets.Open(finished.Config, _ => { }), finished.Network, progress).Measure();
        JsonNode expected = JsonSerializer.SerializeToNode(one.Result, Json.Readable)!;
        JsonNode actual = JsonNode.Parse(evaluated)!;
        expected.AsObject().Remove("best");
        actual.AsObject().Remove("best");
        Assert.That(actual.ToJsonString(), Is.EqualTo(expected.ToJsonString()));
        Assert.That(Npy.ReadFloats(Path.Combine(job["run"], "embeddings.npy")).Values, Is.EqualTo(one.Queries.Values));
    }

    [Test]
    public void GradientCache_WithMiningOverRanks_IsTheWholeBatch() =>
        Compare(2, NoDropout, [.. sgd, "train.gradientCache=5"]);

    [Test]
    public void LocalBatchNorm_IsAnotherNetwork_ThatRepeats()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig(model: Nn2);
        string[] local = [.. sgd, "train.batchNorm=local"];
        Train(job, "one", 1, sgd);
        Train(job, "a", 3, local);
        Train(job, "b", 3, local);
        Assert.That(SyntheticRun.Metrics(job["a"]), Is.EqualTo(SyntheticRun.Metrics(job["b"])));
        Assert.That(
            Math.Abs(Losses(job["a"])[0] - Losses(job["one"])[0]), Is.GreaterThan(1e-4), "other statistics");
    }

    [Test]
    public void Resumed_ByOtherRanks_GoesOnWithTheSameBatches()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        Train(job, "whole", 1, sgd);
        Train(job, "parts", 3, [.. sgd, "train.steps=2"]);
        Train(job, "parts", 2, ["train.steps=4"], isResumed: true);
        Train(job, "parts", 1, [$"train.steps={Steps}"], isResumed: true);
        AreClose(Losses(job["whole"]), Losses(job["parts"]));
    }

    [TestCase(2, false)]
    [TestCase(4, true)]
    public void Traffic_IsThatOfTheFormula(int size, bool hasNorms)
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig(model: hasNorms ? Nn2 : NoDropout);
        Train(job, "run", size, sgd);
        string line = File.ReadLines(Path.Combine(job["run"], "log.txt")).Single(l => l.Contains("bytes a step"));
        double sent = double.Parse(
            line.Split("sent ")[1].Split(' ')[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
        using SafeTensors model = SafeTensors.Open(Path.Combine(job["run"], "model.safetensors"));
        long weights = 0, channels = 0;
        foreach (string name in model.Entries.Select(entry => entry.Name))
        {
            if (name.EndsWith("running_mean", StringComparison.Ordinal)) channels += model.Read(name).Length;
            else if (!name.EndsWith("running_var", StringComparison.Ordinal)) weights += model.Read(name).Length;
        }
        const int rows = 24, width = 16;
        double others = size - 1, formula = 4.0 * rows * width * others / size * 2 + 8.0 * weights * others / size
            + 20.0 * channels * others + 76 * others;
        Assert.That(sent, Is.EqualTo(formula).Within(5).Percent);
    }

    [Test]
    public void OtherConfig_OfOneRank_IsRefusedByAll()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        AggregateException? failure = Assert.Throws<AggregateException>(() => ThreadCollective.Run(2, collective =>
            TrainRank(job, "run", collective, collective.Rank == 0 ? sgd : [.. sgd, "loss.margin=0.7"], false)));
        Assert.That(failure!.InnerException, Is.TypeOf<UserErrorException>());
        Assert.That(failure.InnerException!.Message, Does.StartWith("rank 1 of 2 has another config than rank 0"));
        Assert.That(Directory.Exists(job["run"]), Is.False);
    }

    [Test]
    public void Batch_ThatIsSmallerThanTheRanks_IsRefused()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        string[] settings = [.. sgd, "sampler.classes=2", "sampler.perClass=2"];
        AggregateException? failure = Assert.Throws<AggregateException>(() => Train(job, "run", 5, settings));
        Assert.That(failure!.InnerException!.Message, Does.Contain("4 images cannot be shared by 5 ranks"));
    }

    static JsonObject NoDropout => new() { ["kind"] = "small-cnn", ["embedding"] = 16, ["dropout"] = 0 };

    static JsonObject Nn2 => new()
    {
        ["kind"] = "nn2",
        ["input"] = new JsonArray(1, 28, 28),
        ["embedding"] = 16,
        ["stem"] = "stride1",
        ["width"] = 8,
    };

    static void Compare(int size, JsonObject? model, string[] settings)
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig(model: model);
        Train(job, "one", 1, settings);
        Train(job, "several", size, settings);
        Train(job, "again", size, settings);
        AreClose(Losses(job["one"]), Losses(job["several"]));
        Assert.That(
            SyntheticRun.Metrics(job["again"]), Is.EqualTo(SyntheticRun.Metrics(job["several"])), "bit for bit");
        Assert.That(
            File.ReadAllBytes(Path.Combine(job["again"], "model.safetensors")),
            Is.EqualTo(File.ReadAllBytes(Path.Combine(job["several"], "model.safetensors"))));
    }

    static void AreClose(double[] expected, double[] actual)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < expected.Length; i++)
            Assert.That(actual[i], Is.EqualTo(expected[i]).Within(1e-4), $"loss of step {i + 1}");
    }

    static double[] Losses(string run) =>
        [.. SyntheticRun.Metrics(run).Select(line => (double)JsonNode.Parse(line)!["loss"]!)];

    static void Train(SyntheticRun job, string run, int size, string[] settings, bool isResumed = false) =>
        ThreadCollective.Run(size, collective => TrainRank(job, run, collective, settings, isResumed));

    static void TrainRank(
        SyntheticRun job, string run, ICollective collective, string[] settings, bool isResumed)
    {
        RunFolder folder = new(job[run]);
        using Device device = new("cpu", new CpuBackend(1));
        using Ranks ranks = new(collective);
        TrainingRun.Start(
            new TrainRequest(folder, isResumed ? folder.Config : job.Config, isResumed), settings, device,
            new Terminal(TextWriter.Null, TextWriter.Null), json: false, ranks);
    }
}
