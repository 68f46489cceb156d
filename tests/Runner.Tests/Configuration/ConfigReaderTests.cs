using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Tests.Configuration;

public sealed class ConfigReaderTests
{
    static RunConfig Parse(string json, params string[] settings) => ConfigReader.Parse(json, "my.json", settings);

    static string Error(string json, params string[] settings)
    {
        string message = Assert.Throws<UserErrorException>(() => Parse(json, settings)).Message;
        Assert.That(message, Does.Not.Contain('\n'));
        return message;
    }

    [Test]
    public void EmptyObject_HasTheDocumentedDefaults()
    {
        RunConfig config = Parse("{}");
        Assert.Multiple(() =>
        {
            Assert.That(config.Model, Has.Property("Kind").EqualTo(ModelKind.SmallCnn).And.Property("Dropout")
                .EqualTo(0.25));
            Assert.That(config.Model.Input, Is.EqualTo(new[] { 1, 28, 28 }));
            Assert.That(config.Sampler.Batch, Is.EqualTo(130));
            Assert.That(config.Loss, Is.EqualTo(new LossConfig { Margin = 0.2, Reduction = TripletReduction.Pairs }));
            Assert.That(config.Optimizer.LearningRate, Is.EqualTo(0.001));
            Assert.That(config.Train,
                Is.EqualTo(new TrainConfig { Epochs = 2, Seed = 1, CheckpointEverySteps = 500, Keep = 2 }));
        });
    }

    [Test]
    public void CommentsAndTrailingCommas_AreAllowed() =>
        Assert.That(Parse("{ /* why */ \"train\": { \"epochs\": 7, }, } // end").Train.Epochs, Is.EqualTo(7));

    [TestCase("mnist-small", DataKind.Mnist)]
    [TestCase("fashion-small", DataKind.FashionMnist)]
    public void Preset_IsReadByItsName(string name, DataKind kind)
    {
        RunConfig config = ConfigReader.Read(name, ["train.steps=20"]);
        Assert.That(config.Data.Kind, Is.EqualTo(kind));
        Assert.That(config.Train.Steps, Is.EqualTo(20));
    }

    [Test]
    public void EveryPreset_IsValidAndWithoutWarnings() => Assert.Multiple(() =>
    {
        foreach (string name in ConfigReader.Presets)
            Assert.That(ConfigRules.Warnings(ConfigReader.Read(name, [])), Is.Empty, name);
    });

    [Test]
    public void MisspeltPreset_NamesTheNearest() =>
        Assert.That(() => ConfigReader.Read("mnist-smal", []), Throws.TypeOf<UserErrorException>()
            .With.Message.Contains("did you mean mnist-small?"));

    [Test]
    public void Json_OfAResolvedConfiguration_ReadsBackAsTheSame()
    {
        string json = ConfigReader.ToJson(Parse("""{ "loss": { "rule": "random-semihard" } }"""));
        Assert.That(ConfigReader.ToJson(Parse(json)), Is.EqualTo(json));
        Assert.That(json, Does.Contain("\"rule\": \"random-semihard\"").And.Contain("\"strideOn\": \"3x3\"")
            .And.Contain("\"dropout\": 0.25").And.Contain("\"steps\": null"));
    }

    [Test]
    public void AliasOfAWord_IsReadAsOnTheCommandLine_AndWrittenAsTheWord()
    {
        string json = ConfigReader.ToJson(Parse("""{ "train": { "precision": "bf16" } }"""));
        Assert.That(json, Does.Contain("\"precision\": \"bfloat16\""));
        Assert.That(ConfigReader.ToJson(Parse("{}", "train.precision=bf16")), Is.EqualTo(json));
        Assert.That(Error("""{ "train": { "precision": "bf32" } }"""), Does.Contain("one of float32, tf32, bfloat16"));
    }

    [TestCase("""{ "optimizer": { "learningrte": 1 } }""",
        "my.json: optimizer.learningrte is not a field; did you mean optimizer.learningRate?")]
    [TestCase("""{ "optimiser": {} }""", "my.json: optimiser is not a field; did you mean optimizer?")]
    [TestCase("""{ "Loss": {} }""", "my.json: Loss is not a field; did you mean loss?")]
    [TestCase("""{ "optimizer": { "groups": [{ "match": "a", "rte": 1 }] } }""",
        "my.json: optimizer.groups[0].rte is not a field; did you mean optimizer.groups[0].rate?")]
    [TestCase("""{ "train": { "qqqqqqq": 1 } }""", "train has epochs, steps, seed")]
    public void UnknownField_NamesTheNearest(string json, string message) =>
        Assert.That(Error(json), Does.Contain(message));

    [TestCase("""{ "train": { "epochs": "two" } }""",
        "train.epochs must be a whole number up to 2147483647, not \"two\"")]
    [TestCase("""{ "train": { "epochs": 1.5 } }""", "train.epochs must be a whole number")]
    [TestCase("""{ "train": { "epochs": 1e99 } }""", "train.epochs must be a whole number")]
    [TestCase("""{ "train": { "seed": -1 } }""", "train.seed must be a whole number from 0")]
    [TestCase("""{ "train": null }""", "train cannot be null")]
    [TestCase("""{ "train": { "epochs": null } }""", "train.epochs cannot be null")]
    [TestCase("""{ "train": 3 }""", "train must be an object")]
    [TestCase("""{ "model": { "input": 28 } }""", "model.input must be a list")]
    [TestCase("""{ "model": { "input": [1, null, 3] } }""", "model.input[1] cannot be null")]
    [TestCase("""{ "model": { "input": [1, "28", 3] } }""", "model.input[1] must be a whole number")]
    [TestCase("""{ "model": { "normalize": 1 } }""", "model.normalize must be true or false, not 1")]
    [TestCase("""{ "model": { "kind": 1 } }""", "model.kind must be one of small-cnn, nn2, resnet50, onnx, not 1")]
    [TestCase("""{ "loss": { "rule": "semi-hard" } }""", "did you mean semihard?")]
    [TestCase("""{ "data": { "path": 7 } }""", "data.path must be a text, not 7")]
    [TestCase("[]", "the configuration must be an object")]
    [TestCase("null", "null is no configuration")]
    [TestCase("{ \"train\": { ", "my.json: line 1, column")]
    [TestCase("{ \"train\": {}, \"train\": {} }", "my.json: Duplicate property 'train'")]
    [TestCase("", "my.json: line 1, column")]
    public void WrongType_IsOneLineWithThePath(string json, string message) =>
        Assert.That(Error(json), Does.Contain(message));

    [TestCase("train.epochs=0", "train.epochs must be at least 1, not 0")]
    [TestCase("train.steps=0", "train.steps must be at least 1, not 0")]
    [TestCase("sampler.perClass=1", "sampler.perClass must be at least 2 (a triplet needs a positive), not 1")]
    [TestCase("sampler.classes=1", "sampler.classes must be at least 2")]
    [TestCase("sampler.batch=32", "sampler.batch must be classes x perClass = 130")]
    [TestCase("loss.rule=explicit", "sampler.kind must be shuffled")]
    [TestCase("loss.margin=-0.1", "loss.margin must be at least 0")]
    [TestCase("model.input=[28,28]", "model.input must be [channels, height, width], not [28, 28]")]
    [TestCase("model.input=[1,28,0]", "model.input[2] must be from 1 to 4096")]
    [TestCase("model.kind=onnx", "model.path must name the .onnx file")]
    [TestCase("model.dropout=1", "model.dropout must be from 0 to below 1")]
    [TestCase("model.path=net.onnx", "model.path belongs to model.kind onnx; small-cnn would not read it")]
    [TestCase("data.augment=[\"pad-crop:28\"]", "data.augment[0] must pad by less than the image's 28 pixels")]
    [TestCase("optimizer.learningRate=0", "optimizer.learningRate must be above 0")]
    [TestCase("data.kind=arrays", "data.images must name the .npy")]
    [TestCase("data.limit=0", "data.limit must be at least 1")]
    [TestCase("optimizer.groups=[{}]", "optimizer.groups[0].match must name parameters")]
    [TestCase(
        "train.patience=1 evaluate.everyEpochs=0",
        "evaluate.everyEpochs must be at least 1 with train.patience, which counts evaluations between epochs, not 0")]
    [TestCase("sampler.kind=shuffled sampler.batch=2", "sampler.batch must be from 3 to 1048576, not 2")]
    public void ValueOutOfRange_IsOneLineWithThePath(string settings, string message) =>
        Assert.That(Error("{}", settings.Split(' ')), Does.Contain(message));

    [TestCase("train.epoch=3", "--set: train.epoch is not a field; did you mean train.epochs?")]
    [TestCase("train.epochs", "is not path=value")]
    [TestCase("=3", "is not path=value")]
    [TestCase("train.epochs.x=3", "train.epochs has no field x")]
    [TestCase("train.steps.x=3", "train.steps has no field x")]
    [TestCase("train.epochs=many", "train.epochs must be a whole number")]
    [TestCase("optimizer.groups.1.rate=3", "optimizer.groups is a list of 0; 1 is no place in it")]
    [TestCase("train=3", "train must be an object")]
    public void BadSetting_SaysWhy(string setting, string message) =>
        Assert.That(Error("{}", setting), Does.Contain(message));

    [Test]
    public void Settings_ReplaceFieldsOfTheFile()
    {
        RunConfig config = Parse("""{ "optimizer": { "groups": [{ "match": "conv1.*" }] }, "train": { "steps": 4 } }""",
            "optimizer.groups[0].rate=0.5", "optimizer.groups.1={\"match\": \"fc.*\", \"weightDecay\": 0}",
            "train.steps=null", "data.kind=fashion-mnist", "data.path=2024", "model.normalize=false",
            "evaluate.protocols=[\"knn\"]", "sampler.perClass=4");
        Assert.Multiple(() =>
        {
            Assert.That(config.Optimizer.Groups, Is.EqualTo(new ParameterGroupConfig[]
            {
                new() { Match = "conv1.*", Rate = 0.5 }, new() { Match = "fc.*", WeightDecay = 0 },
            }));
            Assert.That(config.Train.Steps, Is.Null);
            Assert.That(config.Data.Path, Is.EqualTo("2024"));
            Assert.That(config.Model.Normalize, Is.False);
            Assert.That(config.Evaluate.Protocols, Is.EqualTo(new[] { EvaluationProtocol.Knn }));
            Assert.That(config.Sampler.Batch, Is.EqualTo(40));
        });
    }

    [Test]
    public void Settings_TakeNumbersWithoutADigitBeforeThePoint()
    {
        RunConfig config = Parse(
            "{}", "data.validationShare=.5", "loss.margin=.3", "optimizer.learningRate=.5e-3", "data.mean=[.25,-.5,1]",
            "model.input=[3,8,8]", "data.path=.5");
        Assert.That(
            (config.Data.ValidationShare!.Value, config.Loss.Margin, config.Optimizer.LearningRate, config.Data.Path),
            Is.EqualTo((0.5, 0.3, 0.0005, ".5")));
        Assert.That(config.Data.Mean!.Values, Is.EqualTo((double[])[0.25, -0.5, 1]));
    }

    [TestCase("loss.margin=4", 1)]
    [TestCase("loss.margin=3.9", 0)]
    [TestCase("loss.margin=2 loss.distance=l2", 1)]
    [TestCase("loss.margin=9 model.normalize=false", 0)]
    [TestCase("sampler.kind=shuffled", 1)]
    [TestCase("train.steps=20 schedule.warmupSteps=20", 1)]
    [TestCase("train.steps=20 schedule.warmupSteps=19", 0)]
    public void Warnings_AreForWhatIsHardlyMeant(string settings, int count) =>
        Assert.That(ConfigRules.Warnings(Parse("{}", settings.Split(' '))), Has.Count.EqualTo(count));

    [Test]
    public void Batch_OfExplicitTriplets_IsAMultipleOfThree()
    {
        Assert.That(Parse("{}", "loss.rule=explicit", "sampler.kind=shuffled").Sampler.Batch, Is.EqualTo(96));
        Assert.That(Error("{}", "loss.rule=explicit", "sampler.kind=sequential", "sampler.batch=32"),
            Does.Contain("multiple of 3"));
    }

    [Test]
    public void Reduction_IsTheRulesOwn_UnlessItIsSet([Values] MiningRule rule)
    {
        string json = $$"""{ "loss": { "rule": "{{Words.Of(rule)}}" }, "phases": [{ "loss": { "rule": "hard" } }] }""";
        RunConfig config = Parse(json, "sampler.kind=shuffled");
        Assert.That(config.Loss.Reduction, Is.EqualTo(TripletSettings.ReductionOf(rule)));
        Assert.That(config.Phases[0].Loss!.Reduction, Is.EqualTo(TripletReduction.Pairs));
        Assert.That(Parse(json, "sampler.kind=shuffled", "loss.reduction=sum").Loss.Reduction,
            Is.EqualTo(TripletReduction.Sum));
        Assert.That(Parse(ConfigReader.ToJson(config)), Is.EqualTo(config).Using<RunConfig>(
            (one, other) => ConfigReader.ToJson(one) == ConfigReader.ToJson(other)));
    }
}
