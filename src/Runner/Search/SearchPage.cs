using System.Text.Json;
using TripletGpu.Models.Search;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Images;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Search;

/// <summary>A page with each query's picture beside those of its neighbours.</summary>
static class SearchPage
{
    const int MostQueries = 200;

    static readonly JsonSerializerOptions json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The page as text.</summary>
    public static string Render(IndexFile index, Queries queries, FoundRows found)
    {
        int shown = Math.Min(queries.Count, MostQueries);
        return PageTemplate.Fill("search.html", JsonSerializer.Serialize(new
        {
            title = $"{shown} of {Counted.Of(queries.Count, "query", "queries")}",
            note = $"The nearest of {Counted.Of(index.Header.Rows, "embedding")} of"
                + $" {Counted.Of(index.Header.Dimension, "value")}, by squared"
                + " distance.",
            queries = Enumerable.Range(0, shown).Select(query => new
            {
                name = queries.Name(query),
                label = queries.Class(query),
                picture = queries.Picture(query) is { } p ? Png(p.Kind, p.Picture) : null,
                neighbours = found.Of(query).Select(row => new
                {
                    name = row.Name ?? $"row {row.Row}",
                    label = row.Label,
                    distance = float.IsFinite(row.Distance) ? row.Distance : (float?)null,
                    picture = index.Thumbnail(row.Row) is { } bytes ? Png(index.Header.Thumbnails!, bytes) : null,
                }),
            }),
        }, json));
    }

    static string Png(IndexThumbnails kind, byte[] picture) =>
        Convert.ToBase64String(PngEncoder.Encode(picture, kind.Width, kind.Height, kind.Channels));
}
