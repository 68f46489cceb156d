using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Configuration;

/// <summary>What values may be, alone and together.</summary>
static class ConfigRules
{
    const int MostPixels = 4096;
    const int MostSubCenters = 1024, MostMemory = 1 << 20;

    /// <summary>Throws at the first value that cannot work.</summary>
    /// <exception cref="UserErrorException">Names the field, the rule and the value.</exception>
    public static void Check(RunConfig config, string source)
    {
        Rules rules = new(source);
        Check(rules, config.Model);
        Check(rules, config.Data);
        CheckPixels(rules, config.Data, config.Model.Input);
        if (config.Model.Kind != ModelKind.Onnx) CheckPadding(rules, config.Data.Augment, config.Model.Input);
        Check(rules, config.Sampler, config.Loss);
        CheckSphere(rules, config.Model, config.Loss, "loss.rule");
        for (int i = 0; i < config.Phases.Length; i++)
            if (config.Phases[i].Loss is { } loss) CheckSphere(rules, config.Model, loss, $"phases[{i}].loss.rule");
        Check(rules, config.Optimizer);
        Check(rules, config.Schedule);
        Check(rules, config.Train);
        Check(rules, config.Phases, config.Sampler);
        Check(rules, config.Evaluate, config.Data);
        rules.That(config.Train.Patience is null || config.Evaluate.EveryEpochs > 0, "evaluate.everyEpochs",
            "must be at least 1 with train.patience, which counts evaluations between epochs",
            config.Evaluate.EveryEpochs);
    }

    /// <summary>What works but is hardly meant, one sentence each.</summary>
    public static IReadOnlyList<string> Warnings(RunConfig config)
    {
        List<string> warnings = [];
        double most = config.Loss.Distance == TripletDistance.Squared ? 4 : 2;
        string unit = config.Loss.Distance == TripletDistance.Squared ? "squared distance" : "distance";
        if (config.Loss.Kind == LossKind.Triplet && config.Model.Normalize && config.Loss.Margin >= most)
            warnings.Add($"loss.margin {config.Loss.Margin} can never be met: normalised embeddings are at most {most}"
                + $" apart in {unit}; 0.2 is usual");
        if (config.Loss is { Kind: LossKind.Triplet, Rule: not MiningRule.Explicit }
            && config.Sampler.Kind == SamplerKind.Shuffled)
            warnings.Add("sampler.kind shuffled leaves to chance whether a batch has two images of a class;"
                + " balanced makes sure of it");
        if (config.Data.Kind != DataKind.Arrays && config.Data.Mean is { } mean
            && mean.Values.Any(m => m < config.Data.Range[0] || m > config.Data.Range[1]))
            warnings.Add(
                $"data.mean {mean} lies outside data.range [{config.Data.Range[0]}, {config.Data.Range[1]}], in whose"
                + " units it is: a mean of pixels up to 255 goes with data.range=[0,255]");
        if (config.Data is { Kind: DataKind.Arrays, Mean: { Values: [0] }, Std: { Values: [1] } }
            && PixelDefaults.WantsImageNet(config.Model))
            warnings.Add(
                "the model's weights want pixels less ImageNet's mean, by its deviation, and arrays are used as they"
                + " are: data.mean=imagenet does that to images in [0, 1]");
        if (config.Train.Steps is { } steps && config.Schedule.WarmupSteps >= steps)
            warnings.Add($"schedule.warmupSteps {config.Schedule.WarmupSteps} is not below train.steps {steps}:"
                + " the learning rate never reaches optimizer.learningRate");
        return warnings;
    }

    static void Check(Rules rules, ModelConfig model)
    {
        rules.That(model.Input.Length == 3, "model.input", "must be [channels, height, width]", model.Input);
        for (int i = 0; i < model.Input.Length; i++)
            rules.Between(model.Input[i], 1, MostPixels, $"model.input[{i}]");
        rules.That(
            model.Width is >= 4 and <= 1024 && model.Width % 4 == 0, "model.width",
            "must be a multiple of 4 up to 1024", model.Width);
        rules.Between(model.Embedding, 1, 65536, "model.embedding");
        rules.That(model.Dropout is >= 0 and < 1, "model.dropout", "must be from 0 to below 1", model.Dropout);
        rules.That(model.Kind != ModelKind.Onnx || model.Path is not null, "model.path", "must name the .onnx file",
            model.Path);
        rules.That(model.Kind == ModelKind.Onnx || model.Path is null, "model.path",
            $"belongs to model.kind onnx; {Words.Of(model.Kind)} would not read it", model.Path);
    }

    static void Check(Rules rules, DataConfig data)
    {
        if (data.Limit is { } limit) rules.AtLeast(limit, 1, "data.limit");
        rules.That(data.TestShare is >= 0 and < 1, "data.testShare", "must be from 0 to below 1", data.TestShare);
        rules.AtLeast(data.CacheMegabytes, 0, "data.cacheMegabytes");
        rules.That(
            data.Binarize is null or (>= 0 and < 1), "data.binarize", "must be from 0 to below 1", data.Binarize);
        rules.That(
            data.ValidationShare is null or { Value: >= 0 and < 1 }, "data.validationShare",
            "must be from 0 to below 1, or none", data.ValidationShare?.Value);
        if (data.Kind != DataKind.Arrays) return;
        rules.That(data.Images is not null, "data.images", "must name the .npy of images", data.Images);
        rules.That(data.Labels is not null, "data.labels", "must name the .npy of labels", data.Labels);
        rules.That(data.TestImages is null == data.TestLabels is null, "data.testImages",
            "and data.testLabels must be given together", data.TestImages);
        rules.That(data.ValidationImages is null == data.ValidationLabels is null, "data.validationImages",
            "and data.validationLabels must be given together", data.ValidationImages);
        rules.That(data.GalleryImages is null == data.GalleryLabels is null, "data.galleryImages",
            "and data.galleryLabels must be given together", data.GalleryImages);
        rules.That(data.GalleryImages is null || data.TestImages is not null, "data.testImages",
            "must be given with data.galleryImages: they are compared with them", null);
    }

    static void CheckPixels(Rules rules, DataConfig data, int[] input)
    {
        int channels = input[0];
        rules.That(data.Range is [double black, double white] && black < white, "data.range",
            "must be [black, white], black being the smaller", null);
        rules.That(data.ChannelOrder == ChannelOrder.Rgb || channels == 3, "data.channelOrder",
            $"must be rgb: the model's images have {Counted.Of(channels, "channel")}", "bgr");
        foreach ((string path, ChannelValues? values) in ((string, ChannelValues?)[])[
            ("data.mean", data.Mean), ("data.std", data.Std)])
        {
            if (values is null) continue;
            rules.That(
                !values.IsImageNet, path, $"imagenet is of 3 channels; the model's images have {channels}", null);
            rules.That(
                values.Values.Length == 1 || values.Values.Length == channels, path,
                $"must be one number, or {channels}: one a channel of model.input", values);
            rules.That(path != "data.std" || values.Values.All(v => v > 0), path, "must be above 0", values);
        }
    }

    static void CheckPadding(Rules rules, IReadOnlyList<string> augment, int[] input)
    {
        // As wide a border as the image, and a crop may show nothing else.
        int side = Math.Min(input[1], input[2]);
        for (int i = 0; i < augment.Count; i++)
            if (augment[i].Split(':') is ["pad-crop", string pixels] && int.TryParse(pixels, out int border))
                rules.That(border < side, $"data.augment[{i}]", $"must pad by less than the image's {side} pixels",
                    augment[i]);
    }

    static void Check(Rules rules, SamplerConfig sampler, LossConfig loss)
    {
        bool hasPositives = LossKinds.NeedsPositives(loss.Kind);
        bool isExplicit = loss is { Kind: LossKind.Triplet, Rule: MiningRule.Explicit };
        Check(rules, loss);
        if (sampler.Kind == SamplerKind.Balanced)
        {
            rules.That(!isExplicit, "sampler.kind", "must be shuffled (random triplets) or sequential (the thirds of a"
                + " batch are anchors, positives and negatives) with loss.rule explicit", "balanced");
            rules.AtLeast(sampler.Classes, hasPositives ? 2 : 1, "sampler.classes", "a triplet needs a negative");
            rules.AtLeast(sampler.PerClass, hasPositives ? 2 : 1, "sampler.perClass", "a triplet needs a positive");
            long size = (long)sampler.Classes * sampler.PerClass;
            rules.That(sampler.Batch == size, "sampler.batch",
                $"must be classes x perClass = {size}; leave it out", sampler.Batch);
        }
        rules.Between(sampler.Batch ?? 0, hasPositives ? 3 : 1, 1 << 20, "sampler.batch");
        rules.That(!isExplicit || sampler.Batch % 3 == 0, "sampler.batch",
            "must be a multiple of 3 with loss.rule explicit: anchors, positives, negatives", sampler.Batch);
    }

    /// <summary>The rule whose weights are those of distances on the unit sphere.</summary>
    static void CheckSphere(Rules rules, ModelConfig model, LossConfig loss, string path) => rules.That(
        loss is not { Kind: LossKind.Triplet, Rule: MiningRule.DistanceWeighted }
            || model.Normalize && (model.Embedding > 1 || model.Kind == ModelKind.Onnx),
        path, "distance-weighted is for embeddings of length 1: model.normalize=true and model.embedding of 2 or more",
        null);

    static void Check(Rules rules, LossConfig loss)
    {
        if (LossKinds.Foreign(loss) is { } foreign) rules.That(false, $"loss.{foreign}", "", null);
        rules.AtLeast(loss.Margin ?? 0, 0, "loss.margin");
        rules.That(
            loss.Angle is null or (> 0 and < 90), "loss.angle", "must be above 0 and below 90 degrees", loss.Angle);
        rules.That(
            loss.Angle is null || loss is { Kind: LossKind.Triplet, Rule: MiningRule.Angular }, "loss.angle",
            "belongs to loss.rule angular", null);
        if (loss.Kind is LossKind.Arcface or LossKind.SubcenterArcface)
            rules.That(loss.Margin < Math.PI, "loss.margin", "is an angle in radians, below pi", loss.Margin);
        foreach ((string name, double? value) in ((string, double?)[])[
            ("temperature", loss.Temperature), ("scale", loss.Scale), ("alpha", loss.Alpha), ("beta", loss.Beta)])
            rules.Positive(value ?? 1, $"loss.{name}");
        rules.That(loss.Epsilon is null or >= 0 or -1, "loss.epsilon", "must be at least 0, or -1: no miner",
            loss.Epsilon);
        rules.Between(loss.SubCenters ?? 1, 1, MostSubCenters, "loss.subCenters");
        rules.Between(loss.Memory ?? 1, 1, MostMemory, "loss.memory");
    }

    static void Check(Rules rules, OptimizerConfig optimizer)
    {
        rules.Positive(optimizer.LearningRate, "optimizer.learningRate");
        rules.That(optimizer.Momentum is >= 0 and < 1, "optimizer.momentum", "must be from 0 to below 1",
            optimizer.Momentum);
        rules.That(optimizer.Beta2 is >= 0 and < 1, "optimizer.beta2", "must be from 0 to below 1", optimizer.Beta2);
        rules.Positive(optimizer.Epsilon ?? 0, "optimizer.epsilon");
        rules.AtLeast(optimizer.WeightDecay, 0, "optimizer.weightDecay");
        for (int i = 0; i < optimizer.Groups.Length; i++)
        {
            ParameterGroupConfig group = optimizer.Groups[i];
            string path = $"optimizer.groups[{i}]";
            rules.That(group.Match != "", $"{path}.match", "must name parameters, such as layer1.*", group.Match);
            rules.AtLeast(group.Rate, 0, $"{path}.rate");
            rules.AtLeast(group.WeightDecay ?? 0, 0, $"{path}.weightDecay");
        }
    }

    static void Check(Rules rules, ScheduleConfig schedule)
    {
        rules.AtLeast(schedule.WarmupSteps, 0, "schedule.warmupSteps");
        rules.AtLeast(schedule.EverySteps, 1, "schedule.everySteps");
        rules.Positive(schedule.Factor, "schedule.factor");
        rules.AtLeast(schedule.Decay, 0, "schedule.decay");
    }

    static void Check(Rules rules, TrainConfig train)
    {
        rules.AtLeast(train.Epochs, 1, "train.epochs");
        if (train.Steps is { } steps) rules.AtLeast(steps, 1, "train.steps");
        rules.AtLeast(train.CheckpointEverySteps, 0, "train.checkpointEverySteps");
        rules.AtLeast(train.Keep, 1, "train.keep");
        rules.AtLeast(train.Patience ?? 1, 1, "train.patience");
        if (train.GradientCache is { } chunk) rules.AtLeast(chunk, 1, "train.gradientCache");
    }

    static void Check(Rules rules, EvaluateConfig evaluate, DataConfig data)
    {
        rules.AtLeast(evaluate.EveryEpochs, 0, "evaluate.everyEpochs");
        if (!evaluate.Protocols.Contains(EvaluationProtocol.Lfw)) return;
        rules.That(evaluate.Pairs is not null, "evaluate.pairs", "must name pairs.txt for the protocol lfw", null);
        rules.That(
            (evaluate.PairsImages ?? data.Path) is not null, "evaluate.pairsImages", "must name the folder of people",
            null);
    }

    static void Check(Rules rules, PhaseConfig[] phases, SamplerConfig sampler)
    {
        for (int i = 0; i < phases.Length; i++)
        {
            PhaseConfig phase = phases[i];
            string path = $"phases[{i}]";
            rules.That(phase.Epochs is null || phase.Steps is null, path, "must have epochs or steps, not both", null);
            rules.That(phase.Epochs is not null || phase.Steps is not null || i == phases.Length - 1, path,
                "must have epochs or steps: only the last phase goes on to the run's end", null);
            rules.AtLeast(phase.Epochs ?? 1, 1, $"{path}.epochs");
            rules.AtLeast(phase.Steps ?? 1, 1, $"{path}.steps");
            rules.Positive(phase.LearningRate ?? 1, $"{path}.learningRate");
            if (phase.Loss is not { } loss) continue;
            rules.That(
                loss.Rule != MiningRule.Explicit, $"{path}.loss.rule",
                "must mine: batches are drawn the same way in every phase", "explicit");
            Check(rules, sampler, loss);
        }
    }

    /// <summary>Turns a rule that does not hold into a line for the user.</summary>
    sealed class Rules(string source)
    {
        public void That(bool holds, string path, string rule, object? value)
        {
            if (!holds) throw new UserErrorException($"{source}: {path} {rule}{Not(value)}");
        }

        public void AtLeast(double value, double least, string path, string why = "") =>
            That(value >= least, path, $"must be at least {least}{(why == "" ? "" : $" ({why})")}", value);

        public void Between(double value, double least, double most, string path) =>
            That(value >= least && value <= most, path, $"must be from {least} to {most}", value);

        public void Positive(double value, string path) => That(value > 0, path, "must be above 0", value);

        static string Not(object? value) => value switch
        {
            null or "" => "",
            int[] numbers => $", not [{string.Join(", ", numbers)}]",
            _ => $", not {value}",
        };
    }
}
