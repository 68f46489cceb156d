using System.Globalization;
using Spectre.Console;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Comparing;

/// <summary>Runs side by side on the terminal: their figures, then what their configurations differ in.</summary>
static class ComparisonTable
{
    /// <summary>Shows both tables.</summary>
    public static void Show(
        Terminal terminal, IReadOnlyList<ComparedRun> runs, IReadOnlyList<ConfigDifference> differences)
    {
        Table figures = New("figure", runs);
        foreach (string figure in runs[0].Figures.Keys)
        {
            double?[] values = [.. runs.Select(run => run.Figures[figure])];
            if (values.Any(value => value is not null))
                figures.AddRow([figure, .. values.Select(value => Number(figure, value))]);
        }
        terminal.Show(figures);
        foreach (ComparedRun run in runs.Where(run => !run.IsFinished))
            terminal.WriteLine($"{run.Name} has not come to its end: triplet train --resume {run.Path}");
        if (differences.Count == 0)
        {
            if (runs.Count > 1) terminal.WriteLine("their configurations are the same");
            return;
        }
        Table table = New("configuration", runs);
        foreach (ConfigDifference difference in differences)
            table.AddRow([Terminal.Cell(difference.Field), .. difference.Values.Select(Terminal.Cell)]);
        terminal.Show(table);
    }

    /// <summary>A figure as people read it.</summary>
    public static string Number(string figure, double? value) => value is not { } number ? ""
        : figure == "seconds" ? Duration.Text(number)
        : number.ToString(figure == "steps" ? "N0" : "0.0000", CultureInfo.InvariantCulture);

    static Table New(string first, IReadOnlyList<ComparedRun> runs)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn(first);
        foreach (ComparedRun run in runs)
            table.AddColumn(new TableColumn(Terminal.Cell(run.Name)).RightAligned());
        return table;
    }
}
