using System.CommandLine;
using System.Globalization;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Mining;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet mine</c>: the mining and loss kernel alone, on anyone's embeddings.</summary>
static class MineCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string> embeddings = new("--embeddings")
        {
            Description = "An .npy of shape [n, dimension]",
            HelpName = "E.npy",
            Required = true,
        };
        Option<string?> labels = new("--labels")
        {
            Description = "An .npy of n integers (not needed by explicit)",
            HelpName = "L.npy",
        };
        Option<string> rule = Word("--rule", "Which triplets count", MiningRule.Semihard);
        Option<double> margin = new("--margin")
        {
            Description = "How much farther than the positive a negative should be",
            HelpName = "M",
            DefaultValueFactory = _ => 0.2,
        };
        Option<double> angle = new("--angle")
        {
            Description = "Rule angular: degrees that a triplet's angle must exceed",
            HelpName = "A",
            DefaultValueFactory = _ => LossKinds.Angle,
        };
        Option<string> distance = Word("--distance", "The distance that is compared", TripletDistance.Squared);
        Option<string?> reduction = new("--reduction")
        {
            Description = "pairs, active or sum (default: the rule's own)",
            HelpName = "R",
        };
        reduction.AcceptOnlyFromAmong([.. Words.All<TripletReduction>()]);
        Option<string?> output = new("--out")
        {
            Description = "Write the triplets, int32 [m, 3]: anchor, positive, negative",
            HelpName = "T.npy",
        };
        Option<string?> gradient = new("--gradient")
        {
            Description = "Write the gradient of the loss, float32 [n, dimension]",
            HelpName = "G.npy",
        };
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<ulong?> seed = CommonOptions.Seed();
        Option<bool> json = CommonOptions.Json();
        Command command = new("mine", "Mines triplets and computes their loss on given embeddings")
        {
            embeddings, labels, rule, margin, angle, distance, reduction, output, gradient, device, threads, seed, json,
        };
        command.SetAction(parsed =>
        {
            double marginValue = parsed.GetValue(margin);
            if (!(marginValue >= 0 && float.IsFinite((float)marginValue)))
                throw new UserErrorException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"--margin must be from 0 to {float.MaxValue}, float32's largest, not {marginValue}"));
            double angleValue = parsed.GetValue(angle);
            if (angleValue is not (> 0 and < 90))
                throw new UserErrorException(
                    $"--angle must be above 0 and below 90, not {angleValue.ToString(CultureInfo.InvariantCulture)}");
            TripletSettings settings = new()
            {
                Rule = Words.Value<MiningRule>(parsed.GetValue(rule)!)!.Value,
                Margin = (float)marginValue,
                Angle = (float)angleValue,
                Distance = Words.Value<TripletDistance>(parsed.GetValue(distance)!)!.Value,
                Reduction = parsed.GetValue(reduction) is { } word ? Words.Value<TripletReduction>(word) : null,
                Seed = parsed.GetValue(seed) ?? 1,
            };
            string? triplets = parsed.GetValue(output), file = parsed.GetValue(gradient);
            OutputFiles.MustDiffer(
                [("--out", triplets), ("--gradient", file)], parsed.GetValue(embeddings), parsed.GetValue(labels));
            if (triplets is not null && settings.TakesEveryTriplet)
                throw new UserErrorException(
                    $"--out: {Words.Of(settings.Rule)} takes every triplet of a kind and has no list of them");
            MiningInput input = MiningInput.Read(parsed.GetValue(embeddings)!, parsed.GetValue(labels), settings);
            using Device opened = parsed.OpenDevice(device, threads);
            MiningResult result = MiningJob.Run(
                opened, input, settings, wantsTriplets: triplets is not null, wantsGradient: file is not null);
            result.Write(triplets, file, input.Shape);
            if (parsed.GetValue(json)) Json.Write(terminal, result.Report);
            else terminal.Out.WriteLine(result.Report);
            return CommandLine.Done;
        });
        return command;
    }

    static Option<string> Word<T>(string name, string description, T preset) where T : struct, Enum
    {
        string[] words = [.. Words.All<T>()];
        Option<string> option = new(name)
        {
            Description = $"{description}: {string.Join(", ", words)}",
            HelpName = "NAME",
            DefaultValueFactory = _ => Words.Of(preset),
        };
        option.AcceptOnlyFromAmong(words);
        return option;
    }
}
