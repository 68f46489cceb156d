using System.Globalization;
using TripletGpu.Bench.Peers;
using TripletGpu.Models;
using TripletGpu.Runner.Bench;
using TripletGpu.Runner.Networks;

namespace TripletGpu.Bench.Works;

/// <summary>A whole network, as <c>triplet bench models</c> times it.</summary>
/// <param name="kind">The model's kind.</param>
/// <param name="batch">Images a batch.</param>
/// <param name="trains">Whether training is timed with this batch too.</param>
public sealed class NetworkWork(string kind, int batch, bool trains) : Work($"{kind} b{batch}")
{
    /// <inheritdoc/>
    public override bool Has(Pass pass, bool onOnnxRuntime) => pass == Pass.Forward || (trains && !onOnnxRuntime);

    /// <inheritdoc/>
    public override string Rate(double seconds, Pass pass) =>
        string.Create(CultureInfo.InvariantCulture, $"{batch / seconds:N0} images/s");

    internal override IBenchPass OnDevice(Device device, Pass pass)
    {
        EmbeddingNetwork network = Create(device);
        BenchImages images = BenchImages.Draw(network, batch);
        return pass == Pass.Training ? new TrainingPass(network, images) : new InferencePass(network, images);
    }

    internal override IBenchPass OnOnnxRuntime(Device cpu)
    {
        EmbeddingNetwork network = Create(cpu);
        BenchImages images = BenchImages.Draw(network, batch);
        return Agreement.Check(Name, new OnnxPass(network, images.Shape, images.Pixels), Expected(network, images));
    }

    internal override IBenchPass OnLibTorch(Device cpu, Pass pass)
    {
        EmbeddingNetwork network = Create(cpu);
        BenchImages images = BenchImages.Draw(network, batch);
        if (pass == Pass.Training) return new TorchTrainingPass(network, images);
        TorchForwardPass peer = new(network, images.Shape, images.Pixels);
        return Agreement.Check(Name, peer, Expected(network, images));
    }

    static float[] Expected(EmbeddingNetwork network, BenchImages images)
    {
        using InferencePass ours = new(network, images);
        ours.Run();
        return ours.Embeddings;
    }

    EmbeddingNetwork Create(Device device)
    {
        EmbeddingNetwork network = NetworkFactory.Create(NamedModel.Config(kind, []).Model, seed: 1, device);
        network.Initialize(seed: 1);
        return network;
    }
}
