using System.Globalization;
using System.Text.Json;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Comparing;

/// <summary>One page of several runs: figures, curves, and what their configurations differ in.</summary>
static class ComparisonPage
{
    static readonly JsonSerializerOptions json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The page as text.</summary>
    public static string Render(IReadOnlyList<ComparedRun> runs, IReadOnlyList<ConfigDifference> differences) =>
        PageTemplate.Fill("compare.html", JsonSerializer.Serialize(new
        {
            title = Counted.Of(runs.Count, "run"),
            runs = runs.Select(run => new
            {
                run.Name,
                run.IsFinished,
                figures = run.Figures.Select(f => new
                {
                    name = f.Key,
                    value = f.Value,
                    text = ComparisonTable.Number(f.Key, f.Value),
                }),
                curves = run.Curves.Select(c => new
                {
                    name = c.Key,
                    step = c.Value.Select(p => p.Step),
                    seconds = c.Value.Select(p => Math.Round(p.Seconds, 3)),
                    value = c.Value.Select(p => p.Value is { } v ? (double?)Rounded(v) : null),
                }),
            }),
            differences = differences.Select(d => new { d.Field, d.Values }),
        }, json));

    /// <summary>Six digits are more than a page can show.</summary>
    static double Rounded(double value) => double.Parse(
        value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
