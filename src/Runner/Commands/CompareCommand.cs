using System.CommandLine;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Comparing;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet compare RUN...</c>: several runs on one page.</summary>
static class CompareCommand
{
    const string DefaultPage = "compare.html";

    public static Command Create(Terminal terminal)
    {
        Argument<string[]> runs = new("RUN")
        {
            Description = "Runs' folders, finished or not",
            Arity = ArgumentArity.OneOrMore,
        };
        Option<string?> html = new("--html", "--out")
        {
            Description = $"The page (default: {DefaultPage} in this folder; with --json none)",
            HelpName = "FILE",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new("compare", "Puts runs side by side: figures, curves over steps and seconds, and what"
            + " their configurations differ in. Example: triplet compare runs/mnist-small-1 runs/mnist-small-2")
        {
            runs, html, json,
        };
        command.SetAction(parsed =>
        {
            IReadOnlyList<ComparedRun> compared = ComparedRun.Read(parsed.GetValue(runs)!);
            IReadOnlyList<ConfigDifference> differences = ConfigDifference.Of([.. compared.Select(run => run.Config)]);
            bool isJson = parsed.GetValue(json);
            string? page = parsed.GetValue(html) ?? (isJson ? null : DefaultPage);
            if (page is not null) AtomicFile.WriteText(page, ComparisonPage.Render(compared, differences));
            if (isJson)
            {
                Json.Write(terminal, new
                {
                    runs = compared.Select(run => new { run.Name, run.Path, run.IsFinished, run.Figures }),
                    differences = differences.Select(d => new { d.Field, d.Values }),
                    page,
                });
                return CommandLine.Done;
            }
            ComparisonTable.Show(terminal, compared, differences);
            terminal.WriteLine(page!);
            return CommandLine.Done;
        });
        return command;
    }
}
