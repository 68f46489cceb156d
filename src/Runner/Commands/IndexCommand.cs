using System.CommandLine;
using System.CommandLine.Parsing;
using TripletGpu.Models;
using TripletGpu.Models.Search;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Networks;
using TripletGpu.Runner.Runs;
using TripletGpu.Runner.Search;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet index build | add | remove | info</c>: the file that search and identify look into.</summary>
static class IndexCommand
{
    /// <summary>What a command needs that embeds rows.</summary>
    sealed record EmbeddingOptions(
        Option<string?> Labels, Option<bool> Strict, Option<string> Device, Option<int> Threads, Option<bool> Json);

    public static Command Create(Terminal terminal) =>
        new("index", "Makes an index of embeddings to search in, and changes it."
            + " Example: triplet index build runs/mnist-small-1 dataset:mnist:train --out mnist.index")
        {
            Build(terminal), Add(terminal), Remove(terminal), Info(terminal),
        };

    static EmbeddingOptions Options() => new(
        new("--labels")
        {
            Description = "An .npy with the class of each row (default: the data set's, or a folder's first folders)",
            HelpName = "L.npy",
        },
        new("--strict") { Description = "End at a broken image instead of naming it and leaving it out" },
        CommonOptions.Device(), CommonOptions.Threads(), CommonOptions.Json());

    static Option<string?> Embeddings() => new("--embeddings")
    {
        Description = "Rows that are embeddings already: an .npy of shape [n, dimension] (alone: IMAGES names it)",
        HelpName = "E.npy",
        Arity = ArgumentArity.ZeroOrOne,
    };

    static Command Build(Terminal terminal)
    {
        Argument<string[]> from = new("RUN IMAGES")
        {
            Description = "A run's folder, and a folder of images, an .npy or dataset:mnist:train;"
                + " with --embeddings RUN may be left out",
            Arity = new ArgumentArity(0, 2),
        };
        Option<string?> embeddings = Embeddings();
        Option<string> output = new("--out") { Description = "The index", HelpName = "FILE", Required = true };
        Option<string> storage = new("--storage")
        {
            Description = "float16 takes half the space, and distances are exact of the rounded values; float16-exact"
                + " keeps both: a search reads half as much, and answers as float32",
            DefaultValueFactory = _ => Words.Of(IndexStorage.Float32),
        };
        storage.AcceptOnlyFromAmong([.. Words.All<IndexStorage>()]);
        Option<bool> bare = new("--no-thumbnails") { Description = "Keep no small picture of each image" };
        Option<string> weights = CommonOptions.Weights();
        EmbeddingOptions common = Options();
        Command command = new("build", "Embeds images and makes an index of them."
            + " Example: triplet index build runs/faces-1 photos --out faces.index")
        {
            from, embeddings, output, common.Labels, storage, bare, common.Strict, weights, common.Device,
            common.Threads, common.Json,
        };
        command.SetAction(parsed =>
        {
            string file = parsed.GetValue(output)!;
            (string? run, string? images, string? array) =
                Sources(parsed.GetValue(from)!, parsed.GetResult(embeddings), parsed.GetValue(embeddings));
            OutputFiles.MustDiffer([("--out", file)], images, array, parsed.GetValue(common.Labels));
            using Device device = parsed.OpenDevice(common.Device, common.Threads);
            using ProgressLine progress = new(terminal);
            RunWeights which = parsed.GetWeights(weights);
            using FinishedRun? finished = run is null ? null : FinishedRun.Open(run, device, which);
            IndexModel? model = finished is null ? null : ModelIdentity.Of(finished, which);
            RowSource rows = array is null
                ? RowSource.OfImages(
                    finished!, images!, parsed.GetValue(common.Labels), parsed.GetValue(common.Strict), progress)
                : RowSource.OfEmbeddings(array, parsed.GetValue(common.Labels));
            if (finished is not null && rows.Dimension != finished.Network.Dimension)
                throw new UserErrorException(
                    $"{array} has embeddings of {Counted.Of(rows.Dimension, "value")}, {run} of"
                    + $" {finished.Network.Dimension}");
            IndexWriter.Write(
                file,
                IndexEdits.Build(
                    rows, Words.Value<IndexStorage>(parsed.GetValue(storage)!)!.Value, model, !parsed.GetValue(bare)));
            progress.Dispose();
            using IndexFile index = IndexFile.Open(file);
            IndexInfo.Show(terminal, index, file, parsed.GetValue(common.Json));
            return CommandLine.Done;
        });
        return command;
    }

    static (string? Run, string? Images, string? Embeddings) Sources(
        string[] given, OptionResult? isGiven, string? embeddings)
    {
        if (isGiven is not { Implicit: false })
            return given is [var run, var images] ? (run, images, null)
                : throw new UserErrorException(
                    "index build takes RUN and IMAGES; of embeddings it takes --embeddings E.npy (triplet index build"
                    + " --help shows examples)");
        return (given, embeddings) switch
        {
            ([], { } array) => (null, null, array),
            ([var run], { } array) => (run, null, array),
            ([var array], null) => (null, null, array),
            ([var run, var array], null) => (run, null, array),
            _ => throw new UserErrorException(
                "index build --embeddings takes one array of embeddings, and RUN or not"),
        };
    }

    static Command Add(Terminal terminal)
    {
        Argument<string> path = new("INDEX") { Description = "The index" };
        Argument<string?> images = new("IMAGES")
        {
            Description = "A folder of images, an image, an .npy or dataset:mnist:train",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> embeddings = Embeddings();
        Option<string?> run = SearchOptions.Run();
        Option<string?> label = new("--label")
        {
            Description = "The class of all new rows",
            HelpName = "NAME",
        };
        EmbeddingOptions common = Options();
        Command command = new("add", "Embeds more images and adds them."
            + " Example: triplet index add faces.index new-photos")
        {
            path, images, embeddings, common.Labels, label, run, common.Strict, common.Device, common.Threads,
            common.Json,
        };
        command.SetAction(parsed =>
        {
            string file = parsed.GetValue(path)!;
            bool isEmbeddings = parsed.GetResult(embeddings) is { Implicit: false };
            string? array = isEmbeddings ? parsed.GetValue(embeddings) ?? parsed.GetValue(images) : null;
            string input = array ?? parsed.GetValue(images)
                ?? throw new UserErrorException("index add takes IMAGES, or --embeddings E.npy");
            if (parsed.GetValue(label) is "")
                throw new UserErrorException(
                    "--label names the class of all new rows, and a name has a letter at the least");
            if (parsed.GetValue(label) is not null && parsed.GetValue(common.Labels) is not null)
                throw new UserErrorException(
                    "--label names one class for all new rows, and --labels a class for each: give one of them");
            using FileLock held = IndexLock.Take(file);
            using Device device = parsed.OpenDevice(common.Device, common.Threads);
            using ProgressLine progress = new(terminal);
            using (IndexFile index = IndexFile.Open(file))
            {
                using FinishedRun? finished = array is not null && parsed.GetValue(run) is null
                    ? null : ModelIdentity.Open(index.Header, file, parsed.GetValue(run), device);
                RowSource rows = array is null
                    ? RowSource.OfImages(
                        finished!, input, parsed.GetValue(common.Labels), parsed.GetValue(common.Strict), progress)
                    : RowSource.OfEmbeddings(array, parsed.GetValue(common.Labels));
                if (parsed.GetValue(label) is { } name)
                    rows = rows with { Classes = [name], Labels = new int[rows.Labels.Length] };
                IndexWriter.Write(file, IndexEdits.Add(index, file, rows));
            }
            progress.Dispose();
            using IndexFile changed = IndexFile.Open(file);
            IndexInfo.Show(terminal, changed, file, parsed.GetValue(common.Json));
            return CommandLine.Done;
        });
        return command;
    }

    static Command Remove(Terminal terminal)
    {
        Argument<string> path = new("INDEX") { Description = "The index" };
        Option<int[]> rows = Many<int>("--row", "A row's number; may be given several times", "N");
        Option<string[]> names = Many<string>("--name", "A row's name; may be given several times", "NAME");
        Option<string[]> classes = Many<string>("--class", "All rows of a class; may be given several times", "NAME");
        Option<bool> json = CommonOptions.Json();
        Command command = new("remove", "Removes rows; those behind them move up."
            + " Example: triplet index remove faces.index --class anna")
        {
            path, rows, names, classes, json,
        };
        command.SetAction(parsed =>
        {
            string file = parsed.GetValue(path)!;
            using FileLock held = IndexLock.Take(file);
            using (IndexFile index = IndexFile.Open(file))
                IndexWriter.Write(
                    file,
                    IndexEdits.Keep(
                        index, file,
                        RowChoice.Others(
                            index, file, parsed.GetValue(rows)!, parsed.GetValue(names)!, parsed.GetValue(classes)!)));
            using IndexFile changed = IndexFile.Open(file);
            IndexInfo.Show(terminal, changed, file, parsed.GetValue(json));
            return CommandLine.Done;
        });
        return command;
    }

    static Option<T[]> Many<T>(string name, string description, string help) => new(name)
    {
        Description = description,
        HelpName = help,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    static Command Info(Terminal terminal)
    {
        Argument<string> path = new("INDEX") { Description = "The index" };
        Option<bool> json = CommonOptions.Json();
        Command command = new("info", "Checks every byte of an index and tells what it holds."
            + " Example: triplet index info faces.index")
        {
            path, json,
        };
        command.SetAction(parsed =>
        {
            string file = parsed.GetValue(path)!;
            using IndexFile index = IndexFile.Open(file);
            index.Verify();
            IndexInfo.Show(terminal, index, file, parsed.GetValue(json));
            return CommandLine.Done;
        });
        return command;
    }
}
