using System.Globalization;
using Spectre.Console;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Bench.Tuning;

/// <summary>What <c>triplet bench --tune</c> prints.</summary>
static class TuneTable
{
    /// <summary>The layers by either choice, and whether the measurements are kept.</summary>
    /// <param name="terminal">Gets it.</param>
    /// <param name="result">What tuning came to.</param>
    /// <param name="file">Where measurements are kept.</param>
    public static void Show(Terminal terminal, TuneResult result, string file)
    {
        if (result.Rows.Count == 0)
        {
            terminal.WriteLine($"{result.Device}: no tile could be measured, and nothing is changed");
            return;
        }
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumns("layer, not tuned on", "pass", "by constants", "by measurements");
        foreach (string column in (string[])["before", "after", "ratio"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (TuneRow row in result.Rows)
            table.AddRow(
                Terminal.Cell(row.Layer), row.Pass, row.Before, row.After == row.Before ? "the same" : row.After,
                Duration.Text(row.BeforeSeconds), Duration.Text(row.AfterSeconds),
                Ratio(row.AfterSeconds / row.BeforeSeconds));
        terminal.Show(table);
        if (result.Rows.Count < TuneComparison.Count)
            terminal.WriteLine(
                $"{result.Rows.Count} of {TuneComparison.Count} rows: the device is too slow for the others, or too"
                + " small");
        string all = $"{result.Device}: {Duration.Text(result.AfterSeconds)} instead of"
            + $" {Duration.Text(result.BeforeSeconds)},"
            + $" {Ratio(result.AfterSeconds / result.BeforeSeconds)} of the time";
        terminal.WriteLine(result.IsKept
            ? $"{all}. Kept in {file}; triplet bench --tune reset forgets it"
            : $"{all}: slower, so nothing is changed");
        if (result.IsKept)
            terminal.WriteLine(
                "What takes other tiles or parts of a sum now may differ from earlier runs in its last bits.");
    }

    static string Ratio(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
