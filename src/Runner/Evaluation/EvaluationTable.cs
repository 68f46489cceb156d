using System.Globalization;
using Spectre.Console;
using TripletGpu.Models.Calibration;
using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Evaluation;

/// <summary>An evaluation as people read it: each figure beside its baselines, and how it was measured.</summary>
static class EvaluationTable
{
    /// <summary>Shows the figures as a result.</summary>
    public static void Show(Terminal terminal, EvaluationResult result)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("figure");
        foreach (string column in (string[])["value", "raw pixels", "untrained"])
            table.AddColumn(new TableColumn(column).RightAligned());
        Add("precision at 1", result.PrecisionAt1, result.Baselines);
        Add("R-precision", result.RPrecision);
        Add("MAP@R", result.MapAtR);
        Add("nearest class mean", result.NearestMeanAccuracy);
        if (result.Unseen is { } unseen) Add($"precision at 1, {unseen.N:N0} of new classes", unseen.PrecisionAt1);
        if (result.Verification is { } pairs)
            foreach ((string name, double value) in Figures(pairs)) Add(name, value);
        foreach ((string rate, double share) in result.OpenSet?.DirAtFar ?? new Dictionary<string, double>())
            Add($"DIR at false alarm rate {rate}", share);
        if (result.Lfw is { } faces)
        {
            Add("LFW accuracy, ten folds", faces.Accuracy);
            Add("LFW VAL at FAR 1e-3", faces.ValidationRate);
        }
        if (result.TripletOrder is { } order) Add("random triplets in order", order.Mean);
        terminal.Show(table);
        EvaluationProtocolFacts facts = result.Protocol;
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{facts.N:N0} of {facts.Query} against {(facts.SelfMatchExcluded ? "each other" : facts.Reference)},"
            + $" {facts.Distance},"
            + $" {(facts.Normalized ? "normalised" : "not normalised")}"));
        if (result.OpenSet is { } openSet) terminal.WriteLine($"strangers: {openSet.Strangers}");
        foreach (string note in facts.Notes) terminal.WriteLine(note);
        if (result.Best is { PrecisionAt1: { } precision } best)
            terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"best.safetensors is of step {best.Step:N0}, precision at 1 {precision:0.0000} on {best.Part}"));

        if (result.Groups is { } groups) Show(terminal, groups);

        void Add(string name, double? value, Baselines? baselines = null)
        {
            if (value is not null)
                table.AddRow(
                    name, Number(value), Number(baselines?.RawPixelsPrecisionAt1),
                    Number(baselines?.UntrainedPrecisionAt1));
        }
    }

    /// <summary>Shows the figures of given pairs.</summary>
    public static void Show(Terminal terminal, PairEvaluation result)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("figure");
        table.AddColumn(new TableColumn("value").RightAligned());
        // So few pairs have no accuracy over folds.
        foreach ((string name, double value) in Figures(result.Verification).Where(f => !double.IsNaN(f.Value)))
            table.AddRow(name, Number(value));
        table.AddRow("best threshold (squared distance)", Number(result.Verification.Threshold));
        terminal.Show(table);
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Counted.Of(result.Same, "pair")} of one person and {result.Different:N0} of two, of"
            + $" {Counted.Of(result.People, "person", "people")}, from {result.Pairs}"));
    }

    static void Show(Terminal terminal, GroupResult groups)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("group");
        foreach (string column in (string[])["images", "classes", "precision at 1", "VAL", "95 %", "FAR", "95 % "])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (GroupFigures group in groups.Groups)
            table.AddRow(
                Terminal.Cell(group.Group), $"{group.N}", $"{group.Classes}", Number(group.PrecisionAt1),
                Number(group.Val?.Value), Interval(group.Val), Number(group.Far?.Value), Interval(group.Far));
        terminal.Show(table);
        string left = groups.Ungrouped > 0 ? $"; {Counted.Of(groups.Ungrouped, "image")} in no group" : "";
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"pairs within each group, all accepted up to {groups.Threshold:0.0000}, where FAR is {groups.Far:0.####}"
            + $" over all{left}"));

        static string Interval(EstimatedRate? rate) =>
            rate is null ? "" : $"{Number(rate.Low)} to {Number(rate.High)}";
    }

    static IEnumerable<(string Name, double Value)> Figures(Verification pairs) =>
    [
        ("verification accuracy", pairs.Accuracy), ("verification AUC", pairs.Auc), ("equal error rate", pairs.Eer),
        .. pairs.ValAtFar.Select(rate => ($"VAL at FAR {rate.Key}", rate.Value)),
    ];

    static string Number(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";
}
