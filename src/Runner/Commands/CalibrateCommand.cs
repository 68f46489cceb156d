using System.CommandLine;
using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Calibration;
using TripletGpu.Models.Search;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Calibration;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Networks;
using TripletGpu.Runner.Search;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet calibrate</c>: a threshold with an interval, for pairs or against an index.</summary>
static class CalibrateCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string?> run = new("RUN")
        {
            Description = "A run's folder; what is found is saved in it",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> pairs = new("--pairs")
        {
            Description = "Pairs: a table with the columns person1, person2 and distance (or similarity); or, with RUN,"
                + " image1, image2 and same (or person1, person2)",
            HelpName = "FILE",
        };
        Option<string?> data = new("--data")
        {
            Description = "Images of people that the network has not been trained on, as for index build;"
                + " or an .npy of embeddings",
            HelpName = "IMAGES",
        };
        Option<string?> labels = new("--labels")
        {
            Description = "An .npy with the class of each row",
            HelpName = "L.npy",
        };
        Option<string?> index = new("--index")
        {
            Description = "Calibrate identification against it: images of classes that it does not have are strangers",
            HelpName = "INDEX",
        };
        Option<double> far = new("--far")
        {
            Description = "The false accept rate that is wanted; with --index the false alarm rate of an image",
            HelpName = "F",
            Required = true,
        };
        Option<int> voters = SearchOptions.Voters();
        Option<string?> output = new("--out")
        {
            Description = "Where the thresholds go (default: calibration.json in RUN)",
            HelpName = "FILE",
        };
        Option<string?> html = new("--html")
        {
            Description = "Also write a page with ROC and DET curves and histograms (pairs)",
            HelpName = "FILE",
        };
        Option<ulong?> seed = CommonOptions.Seed();
        Option<string> weights = CommonOptions.Weights();
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        Command command = new("calibrate", "Finds a threshold for a false accept rate, with a 95 % interval by person."
            + " Example: triplet calibrate runs/faces-1 --index faces.index --data strangers --far 0.01")
        {
            run, pairs, data, labels, index, far, voters, output, html, seed, weights, device, threads, json,
        };
        command.SetAction(parsed =>
        {
            double rate = parsed.GetValue(far);
            if (!(rate is > 0 and < 1))
                throw new UserErrorException(string.Create(
                    CultureInfo.InvariantCulture, $"--far must be above 0 and below 1, not {rate}"));
            string? folder = parsed.GetValue(run), file = parsed.GetValue(pairs), images = parsed.GetValue(data);
            if (file is null == images is null || file is not null && parsed.GetValue(index) is not null)
                throw new UserErrorException("calibrate takes --pairs FILE, or --data IMAGES, alone or with --index");
            if (folder is not null) Runs.RunFolder.Existing(folder);
            string? target = parsed.GetValue(output) ?? (folder is null ? null : CalibrationFile.In(folder));
            OutputFiles.MustDiffer(
                [("--out", target), ("--html", parsed.GetValue(html))],
                file, images, parsed.GetValue(labels), parsed.GetValue(index));
            using ProgressLine progress = new(terminal);
            if (parsed.GetValue(index) is { } path)
            {
                using Device opened = parsed.OpenDevice(device, threads);
                using IndexFile enrolled = IndexFile.Open(path);
                Queries probes = Queries.Open(
                    [images!], parsed.GetValue(labels), enrolled.Header, path, folder, opened, progress);
                IdentificationCalibration found = IndexCalibration.Of(
                    opened, enrolled, path, probes, images!, parsed.GetValue(voters), rate);
                progress.Dispose();
                target ??= enrolled.Header.Model is { } model ? CalibrationFile.In(model.Run) : null;
                if (target is not null) CalibrationFile.Put(target, null, found);
                if (parsed.GetValue(json)) Json.Write(terminal, found);
                else CalibrationTable.Show(terminal, found);
            }
            else
            {
                PairScores scores;
                PairTable? table = file is null ? null : PairTable.Read(file);
                if (table is not null)
                {
                    if (table.Distances is null && folder is null)
                        throw new UserErrorException($"{file} are pairs of images: RUN names who embeds them");
                    using Device? opened = table.Distances is null ? parsed.OpenDevice(device, threads) : null;
                    scores = ImagePairs.Score(
                        table, () => FinishedRun.Open(folder!, opened!, parsed.GetWeights(weights)), progress);
                }
                else
                {
                    using Device opened = parsed.OpenDevice(device, threads);
                    scores = DrawnPairs.Of(Rows(opened), parsed.GetValue(seed) ?? 1);
                }
                PairCalibration found = PairCalibration.Of(scores, rate);
                if (table is not null) found = table.InItsMeasure(found);
                progress.Dispose();
                if (target is not null) CalibrationFile.Put(target, found, null);
                if (parsed.GetValue(html) is { } page)
                    AtomicFile.WriteText(page, CalibrationPage.Render(folder ?? file ?? images!, scores, found));
                if (parsed.GetValue(json)) Json.Write(terminal, found);
                else CalibrationTable.Show(terminal, found);
            }
            if (target is not null && !parsed.GetValue(json)) terminal.WriteLine(target);
            return CommandLine.Done;

            RowSource Rows(Device opened)
            {
                if (Queries.IsEmbeddings(images!)) return RowSource.OfEmbeddings(images!, parsed.GetValue(labels));
                if (folder is null) throw new UserErrorException($"{images} are images: RUN names who embeds them");
                using FinishedRun finished = FinishedRun.Open(folder, opened, parsed.GetWeights(weights));
                RowSource rows = RowSource.OfImages(
                    finished, images!, parsed.GetValue(labels), isStrict: true, progress);
                return rows with { Batches = [rows.Read()] };
            }
        });
        return command;
    }
}
