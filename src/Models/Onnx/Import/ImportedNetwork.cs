using TripletGpu.Models.Networks;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Models.Onnx.Import;

/// <summary>Weights of a file, named for one of our networks if they have found their place there.</summary>
/// <param name="Settings">The form of the network; null where none was asked for.</param>
/// <param name="Tensors">The weights by the network's names, in its order.</param>
/// <param name="Log">What went where, one line each.</param>
public sealed record ImportedNetwork(
    ResNet50Settings? Settings, IReadOnlyList<NamedTensor> Tensors, IReadOnlyList<string> Log);
