using System.CommandLine;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Embedding;
using TripletGpu.Runner.Evaluation;
using TripletGpu.Runner.Networks;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet embed RUN INPUT --out FILE</c>: embeddings of images.</summary>
static class EmbedCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> run = new("RUN") { Description = "A run's folder" };
        Argument<string> input = new("INPUT") { Description = "A folder of images, an .npy, or dataset:mnist:test" };
        Option<string> output = new("--out")
        {
            Description = "An .npy, or a .tsv with its metadata beside it",
            HelpName = "FILE",
            Required = true,
        };
        Option<bool> strict = new("--strict")
        {
            Description = "End at a broken image instead of naming it and leaving it out",
        };
        Option<string> weights = CommonOptions.Weights();
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<int?> ranks = RankedCommand.Option();
        Option<string?> precision = CommonOptions.Precision();
        Option<bool> json = CommonOptions.Json();
        Command command =
            new("embed", "Embeds images with a finished run's network")
            {
                run, input, output, strict, weights, device, threads, ranks, precision, json,
            };
        command.SetAction(parsed => RankedCommand.Run(parsed, ranks, terminal, advice: "", (together, shown) =>
        {
            string file = parsed.GetValue(output)!;
            EmbeddingFile.CheckName(file);
            OutputFiles.MustDiffer([("--out", file)], parsed.GetValue(input));
            using Device opened = parsed.OpenDevice(device, threads, together, precision);
            using FinishedRun finished =
                FinishedRun.Open(parsed.GetValue(run)!, opened, parsed.GetWeights(weights), together);
            using ProgressLine progress = new(shown);
            EmbeddingInput images = EmbeddingInput.Open(
                parsed.GetValue(input)!, finished.Config, parsed.GetValue(strict), progress.WriteLine, together);
            together.MustAgree("input", $"{Counted.Of(images.Images.Count, "image")} of {images.Images.Name}");
            IEnumerable<ReadOnlyMemory<float>> batches =
                Embedder.Batches(finished.Network, images.Images, progress, ranks: together.Collective);
            if (together.IsFirst) EmbeddingFile.Write(file, batches, finished.Network.Dimension, images);
            else foreach (ReadOnlyMemory<float> _ in batches) { }
            progress.Dispose();
            if (parsed.GetValue(json))
                Json.Write(shown, new { n = images.Images.Count, dimension = finished.Network.Dimension, file });
            else shown.WriteLine(
                $"{Counted.Of(images.Images.Count, "embedding")} of {finished.Network.Dimension} in {file}");
            return CommandLine.Done;
        }));
        return command;
    }
}
