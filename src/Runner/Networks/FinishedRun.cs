using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Configuration;
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

    /// <summary>Its network with the weights after the last step.</summary>
    public EmbeddingNetwork Network { get; }

    /// <summary>Reads a run.</summary>
    /// <exception cref="UserErrorException">There is none, or it has not come to its end.</exception>
    public static FinishedRun Open(string path, Device device)
    {
        RunFolder folder = RunFolder.Existing(path);
        if (!File.Exists(folder.Model))
            throw new UserErrorException(
                $"{path} has no model.safetensors yet: go on with it by triplet train --resume {path}");
        RunConfig config = ConfigReader.Read(folder.Config, []);
        EmbeddingNetwork network = NetworkFactory.Create(config, device);
        Weights.Read(folder.Model, network);
        network.Train(false);
        return new FinishedRun(folder, config, network);
    }

    /// <summary>Releases the network.</summary>
    public void Dispose() => Network.Release();
}
