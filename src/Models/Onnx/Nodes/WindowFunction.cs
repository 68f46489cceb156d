using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>What a pooling computes of a window.</summary>
/// <param name="Pool">The engine's pooling.</param>
/// <param name="Outside">What stands around an image that is padded beforehand, so that it does not matter.</param>
/// <param name="IsMean">Whether the result is divided by the number of pixels.</param>
/// <param name="CountsPadding">Whether padding counts among them.</param>
sealed record WindowFunction(
    Func<Tensor, PoolingWindow, Tensor> Pool, float Outside = 0, bool IsMean = false, bool CountsPadding = false);
