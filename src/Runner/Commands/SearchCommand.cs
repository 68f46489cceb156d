using System.CommandLine;
using TripletGpu.Models;
using TripletGpu.Models.Search;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Search;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet search INDEX IMAGE...</c>: the nearest of an index.</summary>
static class SearchCommand
{
    const int MostNeighbours = 10_000;

    public static Command Create(Terminal terminal)
    {
        Argument<string> path = SearchOptions.Index();
        Argument<string[]> images = SearchOptions.Images();
        Option<int> top = new("--top")
        {
            Description = "Neighbours of each",
            HelpName = "K",
            DefaultValueFactory = _ => 10,
        };
        Option<string?> html = new("--html")
        {
            Description = "Also write a page with the pictures of queries and neighbours",
            HelpName = "FILE",
        };
        Option<string?> rows = new("--rows")
        {
            Description = "Also write the neighbours' rows, int32 [q, k]",
            HelpName = "I.npy",
        };
        Option<string?> distances = new("--distances")
        {
            Description = "Also write their squared distances, float32 [q, k]",
            HelpName = "D.npy",
        };
        Option<string?> run = SearchOptions.Run();
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        Command command = new("search", "Finds the nearest embeddings of an index, exactly, by squared distance."
            + " Example: triplet search faces.index photo.jpg --top 5 --html found.html")
        {
            path, images, top, html, rows, distances, run, device, threads, json,
        };
        command.SetAction(parsed =>
        {
            int k = parsed.GetValue(top);
            if (k is < 1 or > MostNeighbours)
                throw new UserErrorException($"--top must be between 1 and {MostNeighbours}, not {k}");
            OutputFiles.MustDiffer(
                [
                    ("--rows", parsed.GetValue(rows)), ("--distances", parsed.GetValue(distances)),
                    ("--html", parsed.GetValue(html)),
                ],
                [parsed.GetValue(path), .. parsed.GetValue(images)!]);
            using IndexFile index = IndexFile.Open(parsed.GetValue(path)!);
            using Device opened = parsed.OpenDevice(device, threads);
            using ProgressLine progress = new(terminal);
            Queries queries = Queries.Open(
                parsed.GetValue(images)!, null, index.Header, parsed.GetValue(path)!, parsed.GetValue(run), opened,
                progress);
            SearchResult found = IndexSearch.Find(opened, index, queries.Values, k);
            progress.Dispose();
            Shape shape = new(queries.Count, found.K);
            if (parsed.GetValue(rows) is { } rowFile) Npy.Write(rowFile, shape, found.Rows);
            if (parsed.GetValue(distances) is { } distanceFile) Npy.Write(distanceFile, shape, found.Distances);
            FoundRows result = new(index, queries, found);
            if (parsed.GetValue(html) is { } page)
                AtomicFile.WriteText(page, SearchPage.Render(index, queries, result));
            if (parsed.GetValue(json)) result.WriteJson(terminal, parsed.GetValue(path)!);
            else result.Show(terminal);
            return CommandLine.Done;
        });
        return command;
    }
}
