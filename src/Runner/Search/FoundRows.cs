using System.Globalization;
using TripletGpu.Models.Search;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Search;

/// <summary>A neighbour of a query.</summary>
/// <param name="Row">Its number in the index.</param>
/// <param name="Name">Its name; null where rows have none.</param>
/// <param name="Label">Its class; null where it has none.</param>
/// <param name="Distance">Squared L2.</param>
sealed record FoundRow(int Row, string? Name, string? Label, float Distance);

/// <summary>What a search has found, with names.</summary>
sealed class FoundRows(IndexFile index, Queries queries, SearchResult found)
{
    /// <summary>The neighbours of a query, nearest first.</summary>
    public IEnumerable<FoundRow> Of(int query)
    {
        for (int i = query * found.K; i < (query + 1) * found.K; i++)
            if (found.Rows[i] is >= 0 and int row)
                yield return new FoundRow(row, index.Name(row), index.ClassOf(row), found.Distances[i]);
    }

    /// <summary>One JSON object.</summary>
    public void WriteJson(Terminal terminal, string path) => Json.Write(terminal, new
    {
        index = path,
        n = index.Header.Rows,
        dimension = index.Header.Dimension,
        distance = "squared",
        top = found.K,
        seconds = found.Seconds,
        readSeconds = found.ReadSeconds,
        queries = Enumerable.Range(0, queries.Count).Select(query => new
        {
            query = queries.Name(query),
            neighbours = Of(query).ToArray(),
        }).ToArray(),
    });

    /// <summary>A line a neighbour.</summary>
    public void Show(Terminal terminal)
    {
        for (int query = 0; query < queries.Count; query++)
        {
            terminal.WriteLine(queries.Name(query));
            foreach (FoundRow row in Of(query))
                terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  {row.Distance,10:0.0000}  {row.Label ?? "-"}  {row.Name ?? $"row {row.Row}"}"));
        }
        terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{queries.Count:N0} against {index.Header.Rows:N0} in {found.Seconds:0.000} s"
            + $" ({found.ReadSeconds:0.000} s of that reading); squared distances"));
    }
}
