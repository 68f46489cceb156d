using System.Globalization;
using Spectre.Console;
using TripletGpu.Models.Calibration;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Calibration;

/// <summary>A calibration as people read it.</summary>
static class CalibrationTable
{
    /// <summary>Of pairs.</summary>
    public static void Show(Terminal terminal, PairCalibration result)
    {
        Table table = New();
        Add(table, $"threshold ({result.Measure})", result.Threshold, result.ThresholdLow, result.ThresholdHigh);
        Add(table, $"FAR (asked for {Number(result.AskedFar)})", result.Far);
        if (result.Val is { } val) Add(table, "VAL", val);
        terminal.Show(table);
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{Counted.Of(result.Far.Trials, "pair")} of two of {Counted.Of(result.Far.Clusters, "person", "people")},"
            + $" which tell as much as {result.Far.EffectiveTrials:N0} independent ones. To know this FAR to a third"
            + $" of itself it takes {result.PeopleForThird:N0} people with as many images each (the rule of 30"
            + $" errors)"));
    }

    /// <summary>Against an index.</summary>
    public static void Show(Terminal terminal, IdentificationCalibration result)
    {
        Table table = New();
        foreach (CalibratedRule rule in result.Rules)
        {
            string by = rule.By == "vote" ? $"vote of {rule.K}" : rule.By;
            table.AddRow($"{by}: threshold (squared distance)", Number(rule.Threshold), "");
            Add(table, $"{by}: false alarms (asked for {Number(result.Far)})", rule.FalseAlarms);
            if (rule.Identified is { } identified) Add(table, $"{by}: identified (DIR)", identified);
        }
        terminal.Show(table);
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"strangers: {result.Strangers}; against {Counted.Of(result.Classes, "class")} in"
            + $" {Counted.Of(result.Rows, "row")}. The interval of false alarms is that of as many other classes"));
        if (result.Warning is { } warning) terminal.WriteLine(warning);
    }

    static Table New()
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("figure");
        foreach (string column in (string[])["value", "95 % interval"])
            table.AddColumn(new TableColumn(column).RightAligned());
        return table;
    }

    static void Add(Table table, string name, EstimatedRate rate) => Add(table, name, rate.Value, rate.Low, rate.High);

    static void Add(Table table, string name, double value, double low, double high) =>
        table.AddRow(name, Number(value), $"{Number(low)} to {Number(high)}");

    static string Number(double value) => value.ToString("0.#####", CultureInfo.InvariantCulture);
}
