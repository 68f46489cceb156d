using TripletGpu.Models;
using TripletGpu.Models.Calibration;
using TripletGpu.Models.Evaluation;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Evaluation;
using TripletGpu.Runner.Networks;

namespace TripletGpu.Runner.Calibration;

/// <summary>The distances of a table's pairs: its own scores, or those of image files by a run's network.</summary>
static class ImagePairs
{
    /// <summary>Scores the pairs; each image goes through the network once.</summary>
    /// <param name="table">The pairs.</param>
    /// <param name="run">Opens the run whose network embeds images; called only where there are some.</param>
    /// <param name="progress">How far it is.</param>
    /// <exception cref="UserErrorException">An image is not there or cannot be decoded.</exception>
    public static PairScores Score(PairTable table, Func<FinishedRun> run, ProgressLine progress)
    {
        if (table.Distances is { } scores) return new PairScores(table.First, table.Second, scores, table.People);
        Dictionary<string, int> places = [];
        foreach ((string a, string b) in table.Images)
        {
            places.TryAdd(a, places.Count);
            places.TryAdd(b, places.Count);
        }
        if (places.Keys.FirstOrDefault(file => !File.Exists(file)) is { } missing)
            throw new UserErrorException($"there is no image {missing}: paths are taken from the table's folder");
        using FinishedRun finished = run();
        FolderDataset files = new(
            "pairs", [.. places.Keys], new Shape(finished.Config.Model.Input), finished.Config.Data.Decoder,
            mostCachedBytes: 0);
        IImageDataset images = FittedDataset.Of(files, finished.Config);
        EmbeddingSet embedded = new(
            "pairs", Embedder.Embed(finished.Network, images, progress), finished.Network.Dimension,
            images.Labels.ToArray());
        return new PairScores(table.First, table.Second, [.. table.Images.Select(pair =>
        {
            ReadOnlySpan<float> a = embedded.Row(places[pair.A]), b = embedded.Row(places[pair.B]);
            float sum = 0;
            for (int i = 0; i < a.Length; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
            return sum;
        })], table.People);
    }
}
