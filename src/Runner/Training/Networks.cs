using TripletGpu.Models;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Training;

/// <summary>The networks by the names of the config.</summary>
static class Networks
{
    /// <summary>Makes the network that a config describes; its parameters' values are undefined.</summary>
    /// <param name="model">The network.</param>
    /// <param name="seed">Of its dropout masks.</param>
    /// <param name="device">Where its parameters live.</param>
    /// <exception cref="UserErrorException">This version has no such network.</exception>
    public static EmbeddingNetwork Create(ModelConfig model, ulong seed, Device device)
    {
        Shape input = new(model.Input);
        float dropout = (float)(model.Dropout ?? 0);
        return model.Kind switch
        {
            ModelKind.SmallCnn => new SmallCnn(device, input, model.Embedding, model.Normalize, dropout, seed),
            _ => throw new UserErrorException($"the config's model.kind: this version has no {model.Kind}, only small-cnn"),
        };
    }
}
