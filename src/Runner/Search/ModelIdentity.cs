using System.Security.Cryptography;
using System.Text.Json;
using TripletGpu.Models;
using TripletGpu.Models.Search;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Networks;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Search;

/// <summary>
/// What tells one network from another: SHA-256 of its weights' bytes and of all of the config that decides what
/// becomes of a pixel.
/// </summary>
static class ModelIdentity
{
    /// <summary>The identity of a run's network.</summary>
    /// <exception cref="UserErrorException">The weights cannot be read.</exception>
    public static IndexModel Of(FinishedRun run, RunWeights weights)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (FileStream file = InputFile.Open(weights == RunWeights.Best ? run.Folder.Best : run.Folder.Model))
        {
            byte[] part = new byte[1 << 16];
            for (int read; (read = file.Read(part)) > 0;) hash.AppendData(part.AsSpan(0, read));
        }
        DataConfig data = run.Config.Data;
        hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(new
        {
            model = run.Config.Model with { Weights = null, Path = null },
            data.Resize,
            data.Binarize,
            data.Mean,
            data.Std,
            data.Range,
            data.ChannelOrder,
        }, ConfigReader.Format));
        return new IndexModel(
            Convert.ToHexStringLower(hash.GetHashAndReset()), Path.GetFullPath(run.Folder.Path), Words.Of(weights));
    }

    /// <summary>Opens the network that an index was built with.</summary>
    /// <param name="index">The index.</param>
    /// <param name="path">Its file, for messages.</param>
    /// <param name="run">Where the run lies now; null: where it lay.</param>
    /// <param name="device">Where the network lives.</param>
    /// <exception cref="UserErrorException">It has none, the run is gone, or it is another network.</exception>
    public static FinishedRun Open(IndexHeader index, string path, string? run, Device device)
    {
        if (index.Model is not { } model)
            throw new UserErrorException(
                $"{path} was built from embeddings without a run: it takes embeddings ([n, {index.Dimension}] as .npy),"
                + " not images");
        string folder = run ?? model.Run;
        if (run is null && !Directory.Exists(folder))
            throw new UserErrorException($"{path} was built with {folder}, which is gone: --run names where it is now");
        RunWeights weights = Words.Value<RunWeights>(model.Weights) ?? RunWeights.Last;
        FinishedRun finished = FinishedRun.Open(folder, device, weights);
        IndexModel found = Of(finished, weights);
        if (found.Hash == model.Hash) return finished;
        finished.Dispose();
        throw Other(path, model, folder, found);
    }

    /// <summary>The refusal of another network.</summary>
    public static UserErrorException Other(string path, IndexModel model, string folder, IndexModel found) =>
        new($"{path} holds embeddings of another model ({model.Hash[..12]}, {model.Run}) than {folder}"
            + $" ({found.Hash[..12]}): their distances mean nothing; build the index anew");
}
