using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>Rows of (N, D) with length 1: embeddings on the unit sphere.</summary>
/// <param name="device">Where it runs.</param>
/// <param name="epsilon">The shortest norm that is divided by.</param>
public sealed class L2Normalize(Device device, float epsilon = 1e-12f) : Module(device)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.L2Normalize(epsilon);
}
