using System.CommandLine;
using System.Globalization;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Explaining;
using TripletGpu.Runner.Networks;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet explain RUN A B --out FILE.html</c>: which pixels make a pair alike.</summary>
static class ExplainCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> run = new("RUN") { Description = "A run's folder" };
        Argument<string> a = new("A")
        {
            Description = "An image; of a folder, an .npy or a data set one by its number: dataset:mnist:test[7]",
        };
        Argument<string> b = new("B") { Description = "The other image" };
        Option<string> output = new("--out", "--html")
        {
            Description = "The page to write",
            HelpName = "FILE.html",
            Required = true,
        };
        Option<string> weights = CommonOptions.Weights();
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        Command command = new("explain", "Shows which pixels of two images make them alike to a network: by integrated"
            + " gradients, and by occlusion as a check. Example: triplet explain runs/faces-1 ada1.jpg ada2.jpg"
            + " --out why.html")
        {
            run, a, b, output, weights, device, threads, json,
        };
        command.SetAction(parsed =>
        {
            string page = parsed.GetValue(output)!, folder = parsed.GetValue(run)!;
            (string first, string second) = (parsed.GetValue(a)!, parsed.GetValue(b)!);
            OutputFiles.MustDiffer([("--out", page)], first, second);
            using Device opened = parsed.OpenDevice(device, threads);
            using FinishedRun finished = FinishedRun.Open(folder, opened, parsed.GetWeights(weights));
            using ProgressLine progress = new(terminal);
            float[] pixels = ImageArgument.Read(first, finished.Config, progress.WriteLine);
            float[] others = ImageArgument.Read(second, finished.Config, progress.WriteLine);
            PairExplanation pair = new PairExplainer(finished.Network).Explain(first, pixels, second, others);
            progress.Dispose();
            AtomicFile.WriteText(page, ExplanationPage.Render(pair, folder, finished.Network.IsNormalized));
            if (parsed.GetValue(json))
            {
                Json.Write(terminal, new
                {
                    squaredDistance = pair.SquaredDistance,
                    window = pair.Window,
                    images = ((ExplainedImage[])[pair.A, pair.B]).Select(image => new
                    {
                        image.Name,
                        image.Agreement,
                        image.Windows,
                        image.Completeness,
                    }),
                    page,
                });
                return CommandLine.Done;
            }
            terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"squared distance {pair.SquaredDistance:0.0000}"));
            foreach (ExplainedImage image in (ExplainedImage[])[pair.A, pair.B])
                terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{image.Name}: gradients and occlusion agree by {image.Agreement:0.00} (rank correlation over"
                    + $" {Counted.Of(image.Windows, "square")} of {pair.Window} x {pair.Window} pixels)"));
            terminal.WriteLine(page);
            return CommandLine.Done;
        });
        return command;
    }
}
