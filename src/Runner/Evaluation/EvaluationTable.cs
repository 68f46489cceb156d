using System.Globalization;
using Spectre.Console;
using TripletGpu.Models.Evaluation;
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
        {
            Add("verification accuracy", pairs.Accuracy);
            Add("verification AUC", pairs.Auc);
            Add("equal error rate", pairs.Eer);
            foreach ((string rate, double share) in pairs.ValAtFar) Add($"VAL at FAR {rate}", share);
        }
        if (result.Lfw is { } faces)
        {
            Add("LFW accuracy, ten folds", faces.Accuracy);
            Add("LFW VAL at FAR 1e-3", faces.ValidationRate);
        }
        if (result.TripletOrder is { } order) Add("random triplets in order", order.Mean);
        terminal.Show(table);
        EvaluationProtocolFacts facts = result.Protocol;
        terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{facts.N:N0} of {facts.Query} against {(facts.SelfMatchExcluded ? "each other" : facts.Reference)},"
            + $" {facts.Distance},"
            + $" {(facts.Normalized ? "normalised" : "not normalised")}"));
        foreach (string note in facts.Notes) terminal.Out.WriteLine(note);
        if (result.Best is { PrecisionAt1: { } precision } best)
            terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"best.safetensors is of step {best.Step:N0}, precision at 1 {precision:0.0000} on {best.Part}"));

        void Add(string name, double? value, Baselines? baselines = null)
        {
            if (value is not null)
                table.AddRow(
                    name, Number(value), Number(baselines?.RawPixelsPrecisionAt1),
                    Number(baselines?.UntrainedPrecisionAt1));
        }
    }

    static string Number(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "";
}
