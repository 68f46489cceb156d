using System.Text.Json;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Tests.Commands;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>What chooses the best network and ends a run, and what may change when a run goes on.</summary>
public sealed class ValidationTests
{
    SyntheticRun job = null!;

    [SetUp]
    public void MakeJob() => job = new SyntheticRun().WriteConfig(epochs: 4);

    [TearDown]
    public void RemoveFolder() => job.Dispose();

    CliResult Train(params string[] settings) => Cli.Run(
        ["train", job.Config, "--out", job["run"], .. settings.SelectMany(s => new[] { "--set", s })]);

    CliResult Resume(params string[] settings) => Cli.Run(
        ["train", "--resume", job["run"], .. settings.SelectMany(s => new[] { "--set", s })]);

    JsonElement Evaluation =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(job["run"], "evaluation.json"))).RootElement;

    IReadOnlyDictionary<string, string> BestMetadata
    {
        get
        {
            using SafeTensors file = SafeTensors.Open(Path.Combine(job["run"], "best.safetensors"));
            return file.Metadata;
        }
    }

    [Test]
    public void ValidationShare_ChoosesTheBest_AfterTheLastStepToo()
    {
        AssertDone(Train("data.validationShare=0.25", "evaluate.everyEpochs=3"));
        string[] log = File.ReadAllLines(Path.Combine(job["run"], "log.txt"));
        // 16 images of each of 6 classes: 4 of each are held out.
        Assert.That(log, Has.Some.Contains("24 images of arrays train, held out choose the best network"));
        Assert.That(log.Count(line => line.Contains("on arrays train, held out")), Is.EqualTo(2), "epochs 3 and 4");
        Assert.That(BestMetadata["part"], Is.EqualTo("arrays train, held out"));
        JsonElement best = Evaluation.GetProperty("best");
        Assert.That(best.GetProperty("part").GetString(), Is.EqualTo("arrays train, held out"));
        Assert.That(best.GetProperty("precisionAt1").GetDouble(), Is.InRange(0.0, 1.0));
        Assert.That(Evaluation.GetProperty("protocol").GetProperty("parts").GetProperty("precisionAt1").GetString(),
            Is.EqualTo("arrays train, each against the others"));
    }

    [Test]
    public void NoValidation_TheLastWeightsAreTheBest()
    {
        AssertDone(Train());
        Assert.That(BestMetadata["part"], Is.EqualTo("none"));
        using SafeTensors best = SafeTensors.Open(Path.Combine(job["run"], "best.safetensors")),
            last = SafeTensors.Open(Path.Combine(job["run"], "model.safetensors"));
        foreach (SafeTensorsEntry tensor in last.Entries)
            Assert.That(best.Read(tensor.Name), Is.EqualTo(last.Read(tensor.Name)), tensor.Name);
    }

    /// <summary>With another run's weights for its best ones, so that the two are sure to differ.</summary>
    [Test]
    public void Weights_BestOrLast_AreThoseThatAreUsed()
    {
        AssertDone(Train("train.seed=2"));
        Directory.Move(job["run"], job["other"]);
        AssertDone(Train());
        File.Copy(job["other/model.safetensors"], job["run/best.safetensors"], overwrite: true);
        string[] commands = ["embed RUN IMAGES --out OUT", "run RUN --input IMAGES --output OUT"];
        foreach (string command in commands)
        {
            float[] last = Output(command, "run"), other = Output(command, "other");
            Assert.That(last, Is.Not.EqualTo(other));
            Assert.That(Output($"{command} --weights last", "run"), Is.EqualTo(last));
            Assert.That(Output($"{command} --weights best", "run"), Is.EqualTo(other));
        }
        AssertDone(Cli.Run("export", job["run"], "--onnx", job["best.onnx"], "--weights", "best"));
        Assert.That(
            Output("run best.onnx --input IMAGES --output OUT", "run"),
            Is.EqualTo(Output(commands[1], "other")).Within(1e-5));
        JsonElement best = Figures("run", "--weights", "best"), others = Figures("other");
        Assert.That(best.GetProperty("mapAtR").GetDouble(), Is.EqualTo(others.GetProperty("mapAtR").GetDouble()));
        Assert.That(best.GetProperty("protocol").GetProperty("notes")[0].GetString(), Does.Contain("best.safetensors"));
        Assert.That(Figures("run").GetProperty("protocol").GetProperty("notes").GetArrayLength(), Is.Zero);
    }

    [Test]
    public void Weights_ThatThereAreNot_AreSaid()
    {
        AssertDone(Train());
        File.Delete(job["run/best.safetensors"]);
        Assert.That(
            Cli.Run("evaluate", job["run"], "--weights", "best").Error, Does.Contain("has no best.safetensors yet"));
        CliResult file = Cli.Run(
            "run", job["run/model.safetensors"], "--input", job["images.npy"], "--output", job["o"],
            "--weights", "best");
        Assert.That(file.Error, Does.Contain("is no run: --weights best"));
        Assert.That(Cli.Run("evaluate", job["run"], "--weights", "worst").ExitCode, Is.EqualTo(CommandLine.BadInput));
    }

    JsonElement Figures(string run, params string[] more)
    {
        CliResult result = Cli.Run(["evaluate", job[run], "--json", .. more]);
        AssertDone(result);
        return JsonDocument.Parse(result.Out).RootElement;
    }

    float[] Output(string command, string run)
    {
        AssertDone(Cli.Run([.. command.Split(' ').Select(word => word switch
        {
            "RUN" => job[run],
            "IMAGES" => job["images.npy"],
            "OUT" => job["out.npy"],
            "best.onnx" => job[word],
            _ => word,
        })]));
        return Npy.ReadFloats(job["out.npy"]).Values;
    }

    [Test]
    public void Patience_EndsTheRun_AndNeedsSomethingToJudgeBy()
    {
        Assert.That(Train("train.patience=1").Error, Does.Contain("data.validationShare=0.05"));
        // A rate too small to change anything: the second evaluation cannot be better.
        AssertDone(Train(
            "data.validationShare=0.25", "train.patience=1", "evaluate.everyEpochs=1", "optimizer.learningRate=1e-12"));
        Assert.That(SyntheticRun.Metrics(job["run"]), Has.Length.EqualTo(6), "two epochs of 3 steps");
        AssertDone(Resume());
        Assert.That(SyntheticRun.Metrics(job["run"]), Has.Length.EqualTo(6));
    }

    [Test]
    public void ValidationShare_OfTinyClasses_SaysThatThereIsNone()
    {
        CliResult result = Train("data.validationShare=0.01");
        AssertDone(result);
        Assert.That(result.Error, Does.Contain("no class is large enough"));
        Assert.That(BestMetadata["part"], Is.EqualTo("none"));
    }

    /// <summary>Four images of classes of their own: no precision can be computed on them.</summary>
    string[] UnjudgedValidation()
    {
        Npy.Write(job["v.npy"], new Shape(4, 1, 28, 28), new float[4 * 28 * 28]);
        Npy.Write(job["v-labels.npy"], new Shape(4), (int[])[100, 101, 102, 103]);
        return [$"data.validationImages={job["v.npy"]}", $"data.validationLabels={job["v-labels.npy"]}"];
    }

    [Test]
    public void ValidationThatCannotBeJudged_ChoosesNothing()
    {
        CliResult patient = Train([.. UnjudgedValidation(), "train.patience=1"]);
        Assert.That(patient.Error, Does.Contain("needs a part to judge by"));
        CliResult result = Train(UnjudgedValidation());
        AssertDone(result);
        Assert.That(result.Error, Does.Contain("arrays validation cannot choose the best network"));
        Assert.That(BestMetadata["part"], Is.EqualTo("none"));
        Assert.That(
            File.ReadAllBytes(job["run/best.safetensors"]).TakeLast(64),
            Is.EqualTo(File.ReadAllBytes(job["run/model.safetensors"]).TakeLast(64)));
    }

    [Test]
    public void ValidationThatCannotBeJudged_LeavesTheChoiceToTheShare()
    {
        AssertDone(Train([.. UnjudgedValidation(), "data.validationShare=0.25"]));
        Assert.That(BestMetadata["part"], Is.EqualTo("arrays train, held out"));
    }

    [Test]
    public void TestThatCannotBeJudged_HasNoPrecision()
    {
        string[] settings = [.. UnjudgedValidation().Select(s => s.Replace("data.validation", "data.test"))];
        CliResult result = Train(settings);
        AssertDone(result);
        Assert.That(result.Error, Does.Contain("precision at 1 is not measured").And.Not.Contain("precision at 1 0.0"));
        Assert.That(Evaluation.GetProperty("precisionAt1").ValueKind, Is.EqualTo(JsonValueKind.Null));
        JsonElement baselines = Evaluation.GetProperty("baselines");
        Assert.That(baselines.EnumerateObject().Select(b => b.Value.ValueKind), Is.All.EqualTo(JsonValueKind.Null));
    }

    [TestCase("evaluate.references=gallery", "evaluate.references is gallery, but the data has none")]
    [TestCase("data.galleryImages=GALLERY data.galleryLabels=LABELS", "data.testImages must be given with")]
    [TestCase(
        "evaluate.protocols=[\"lfw\"] evaluate.pairs=missing.txt evaluate.pairsImages=.", "missing.txt: no such file")]
    public void EvaluationThatTheDataCannotGive_IsRefusedBeforeTraining(string settings, string expected)
    {
        UnjudgedValidation();
        CliResult result = Train(
            settings.Replace("GALLERY", job["v.npy"]).Replace("LABELS", job["v-labels.npy"]).Split(' '));
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains(expected));
        Assert.That(Directory.Exists(job["run"]), Is.False, "nothing is left behind");
    }

    [Test]
    public void Resume_OfACosine_KeepsItsLength()
    {
        AssertDone(Train());
        CliResult longer = Resume("train.epochs=6");
        Assert.That(longer.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(longer.ErrorLines, Has.Length.EqualTo(1).And.All.Contains("cosine"));
        Assert.That(Resume("train.steps=16").ExitCode, Is.EqualTo(CommandLine.BadInput));
        AssertDone(Resume());
    }

    [Test]
    public void Resume_OfAConstantRate_MayBecomeLongerButNotShorter()
    {
        AssertDone(Train("schedule.kind=constant"));
        CliResult shorter = Resume("train.steps=2");
        Assert.That(shorter.ErrorLines, Has.Length.EqualTo(1).And.All.Contains("has done 16 steps already"));
        AssertDone(Resume("train.epochs=5"));
        Assert.That(SyntheticRun.Metrics(job["run"]), Has.Length.EqualTo(20));
    }

    [TestCase("model.dropout=0.5")]
    [TestCase("data.validationShare=0.1")]
    [TestCase("data.mean=0.5")]
    [TestCase("data.limit=50")]
    [TestCase("sampler.short=repeat")]
    [TestCase("loss.margin=0.3")]
    [TestCase("optimizer.learningRate=1")]
    [TestCase("schedule.warmupSteps=3")]
    [TestCase("train.seed=2")]
    [TestCase("train.winograd=false")]
    [TestCase("train.gradientCache=4")]
    [TestCase("phases=[{\"learningRate\":1}]")]
    public void Resume_WhatAStepDependsOn_CannotChange(string setting)
    {
        AssertDone(Train());
        CliResult result = Resume(setting);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), result.Error);
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains($"{setting.Split('=')[0]} "));
    }

    [Test]
    public void Resume_OnOtherData_IsRefused()
    {
        AssertDone(Train("schedule.kind=constant"));
        int[] labels = [.. Enumerable.Range(0, 96).Select(i => (i + 1) % 6)];
        Npy.Write(job["labels.npy"], new Shape(96), labels);
        CliResult result = Resume("train.epochs=5");
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains("the data is now"));
    }

    static void AssertDone(CliResult result) =>
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
}
