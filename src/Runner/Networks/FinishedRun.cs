using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Modules;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Networks;

/// <summary>A run's config and its trained network, to be used.</summary>
sealed class FinishedRun : IDisposable
{
    FinishedRun(RunFolder folder, RunConfig config, EmbeddingNetwork network) =>
        (Folder, Config, Network) = (folder, config, network);

    /// <summary>Where it lies.</summary>
    public RunFolder Folder { get; }

    /// <summary>Its config.</summary>
    public RunConfig Config { get; }

    /// <summary>Its network with the weights that were asked for.</summary>
    public EmbeddingNetwork Network { get; }

    /// <summary>Reads a run.</summary>
    /// <param name="path">Its folder.</param>
    /// <param name="device">Where the network lives.</param>
    /// <param name="weights">Which weights it has.</param>
    /// <param name="ranks">Who reads it together: rank 0 reads, and the others need no folder.</param>
    /// <exception cref="UserErrorException">There is none, or it has not come so far.</exception>
    public static FinishedRun Open(string path, Device device, RunWeights weights, Ranks? ranks = null)
    {
        if (ranks is { Size: > 1 }) return Open(path, device, weights, ranks, new RunFolder(path));
        RunFolder folder = RunFolder.Existing(path);
        string file = weights == RunWeights.Best ? folder.Best : folder.Model;
        if (!File.Exists(file))
            throw new UserErrorException(
                $"{path} has no {Path.GetFileName(file)} yet: go on with it by triplet train --resume {path}");
        RunConfig config = ConfigReader.Read(folder.Config, []);
        EmbeddingNetwork network = NetworkFactory.Create(config, device);
        Weights.Read(file, network);
        network.Train(false);
        return new FinishedRun(folder, config, network);
    }

    static FinishedRun Open(string path, Device device, RunWeights weights, Ranks ranks, RunFolder folder)
    {
        FinishedRun? read = ranks.IsFirst ? Open(path, device, weights) : null;
        string json = ranks.FromFirst(() => ConfigReader.ToJson(read!.Config));
        if (read is null)
        {
            RunConfig config = ConfigReader.Parse(json, path, []);
            read = new FinishedRun(folder, config, NetworkFactory.Create(config, device));
            read.Network.Train(false);
        }
        foreach (Parameter parameter in read.Network.Parameters()) ranks.Broadcast(parameter.Value);
        return read;
    }

    /// <summary>Releases the network.</summary>
    public void Dispose() => Network.Release();
}
