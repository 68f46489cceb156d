using System.Globalization;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Planning;

/// <summary>
/// A configuration for a folder of images, with a sentence on each choice. It is where one begins: what is chosen is
/// written out, to be changed and run again.
/// </summary>
/// <param name="Config">The configuration; defaults that follow from it are open.</param>
/// <param name="Reasons">A line each.</param>
sealed record FolderPlan(RunConfig Config, IReadOnlyList<string> Reasons)
{
    // Up to this side images are digits, letters, icons; above it they are photographs.
    const int SmallSide = 40;

    const int MostEpochs = 60, FewSteps = 300;

    /// <summary>Chooses.</summary>
    /// <param name="survey">What the folder holds.</param>
    /// <param name="isCpu">Whether it is trained on the processor.</param>
    /// <param name="settings">Those of the command line, which are put on top.</param>
    public static FolderPlan Of(FolderSurvey survey, bool isCpu, IReadOnlyList<string> settings)
    {
        GivenSettings given = new(settings);
        List<string> reasons = [Describe(survey)];
        bool isSmall = Math.Max(survey.Width, survey.Height) <= SmallSide;
        ModelConfig model = Network(survey, isSmall, isCpu, given, reasons);
        DataConfig data = SplitPlan.Of(survey, given, out int[] left, reasons) with
        {
            Kind = DataKind.Folder,
            Path = Path.GetFullPath(survey.Path),
            Augment = Augmentation(survey, isSmall, reasons),
        };
        bool isLight = model.Kind == ModelKind.SmallCnn;
        SamplerConfig sampler = BatchPlan.Of(left, isLight ? 100 : 64, isLight ? 10 : 8, given, reasons);
        int perEpoch = BatchPlan.BatchesPerEpoch(left, sampler);
        int wanted = isLight ? 2000 : isCpu ? 600 : 3000, most = Math.Max(MostEpochs, FewSteps / perEpoch);
        int epochs = given.Count("train.epochs", 1) ?? Math.Clamp((wanted + perEpoch - 1) / perEpoch, 3, most);
        int every = Math.Max(1, epochs / 10), steps = epochs * perEpoch;
        string length = given.Count("train.epochs", 1) is not null ? "as asked for"
            : $"{Counted.Of(wanted, "step")} show how far it goes, but the images should come 3 times at least, and"
                + $" {most} times at most";
        reasons.Add($"train: {Counted.Of(epochs, "epoch")}, {Counted.Of(steps, "step")}: {length}; judged"
            + $" {Every(every)}");
        reasons.Add("loss: triplets, semi-hard negatives, margin 0.2: FaceNet's, which seldom collapses");
        double rate = isLight ? 0.003 : 0.001;
        reasons.Add(FormattableString.Invariant($"optimizer: adam from {rate}, falling to 0 along a cosine"));
        return new FolderPlan(new RunConfig
        {
            Model = model,
            Data = data,
            Sampler = sampler,
            Loss = new LossConfig { Margin = LossKinds.SmallMargin },
            Optimizer = new OptimizerConfig { Kind = OptimizerKind.Adam, LearningRate = rate },
            Schedule = new ScheduleConfig
            {
                Kind = ScheduleKind.Cosine,
                WarmupSteps = isLight ? 0 : Math.Min(100, steps / 10),
            },
            Train = new TrainConfig { Epochs = epochs },
            Evaluate = new EvaluateConfig { EveryEpochs = every },
        }, reasons);
    }

    static string Every(int epochs) => epochs == 1 ? "after each" : $"after every {epochs}";

    static string Describe(FolderSurvey survey) => string.Create(CultureInfo.InvariantCulture,
        $"{survey.Path}: {Counted.Of(survey.Classes.Count, "class")}, {Counted.Of(survey.Images, "image")}, half of"
        + $" them no larger than {survey.Width} x {survey.Height}, {(survey.IsGrey ? "grey" : "in colour")}; the"
        + $" shortest class, {survey.Shortest.Name}, has {survey.Shortest.Images:N0}");

    static ModelConfig Network(
        FolderSurvey survey, bool isSmall, bool isCpu, GivenSettings settings, List<string> reasons)
    {
        const int smallest = 16, step = 16;
        string? given = settings.Text("model.kind");
        ModelKind kind = given is not null && Words.Value<ModelKind>(given) is { } word ? word
            : isSmall ? ModelKind.SmallCnn : ModelKind.Nn2;
        int channels = survey.IsGrey ? 1 : 3;
        if (kind == ModelKind.Onnx) return new ModelConfig { Kind = kind };
        int[]? asked = settings.Extents("model.input");
        if (isSmall)
        {
            (int height, int width) = (Math.Max(smallest, survey.Height), Math.Max(smallest, survey.Width));
            int[] input = asked ?? [channels, height, width];
            reasons.Add($"model: {Words.Of(kind)}, {Pixels(input)}: {Why("images so small")}");
            return new ModelConfig
            {
                Kind = kind,
                Input = input,
                Dropout = 0,
                Stem = kind == ModelKind.Nn2 ? StemKind.Stride1 : StemKind.Stride2,
            };
        }
        // Nothing is won by enlarging images.
        int most = isCpu ? 96 : 224, side = Math.Min(Math.Min(survey.Width, survey.Height), most);
        side = Math.Max(3 * smallest, side / step * step);
        int filters = isCpu ? 32 : 64;
        int[] fitting = asked ?? [channels, side, side];
        string few = asked is null ? $"no more than {most} pixels and " : "";
        reasons.Add($"model: {Words.Of(kind)}, {Pixels(fitting)}: {Why("images of this size")}"
            + (isCpu ? $"; on a processor {few}half of the filters, so that it takes minutes" : ""));
        return new ModelConfig { Kind = kind, Input = fitting, Width = filters };

        string Pixels(int[] input) => $"{string.Join(" x ", input)} pixels{(asked is null ? "" : ", which are given")}";

        string Why(string images) => given is not null ? "as asked for"
            : isSmall ? $"{images} need no more than two convolutions" : $"{images} need FaceNet's inception modules";
    }

    static string[] Augmentation(FolderSurvey survey, bool isSmall, List<string> reasons)
    {
        string[] augment = isSmall && survey.IsGrey ? ["pad-crop:1"]
            : isSmall ? ["pad-crop:2", "flip"] : ["pad-crop:4", "flip"];
        reasons.Add($"data.augment: {string.Join(", ", augment)}: " + (isSmall && survey.IsGrey
            ? "small grey images may be letters or digits, which a mirror changes"
            : "a thing that is shifted or mirrored is still the same"));
        return augment;
    }
}
