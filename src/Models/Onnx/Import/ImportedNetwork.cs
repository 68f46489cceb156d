using TripletGpu.Models.Networks;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Models.Onnx.Import;

/// <summary>Weights that have found their place in one of our networks.</summary>
/// <param name="Settings">The form of the network.</param>
/// <param name="Tensors">The weights by the network's names, in its order.</param>
/// <param name="Log">What went where, one line each.</param>
public sealed record ImportedNetwork(
    ResNet50Settings Settings, IReadOnlyList<NamedTensor> Tensors, IReadOnlyList<string> Log);
