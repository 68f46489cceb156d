using TripletGpu.Runner.Bench;

namespace TripletGpu.Bench.Peers;

/// <summary>A peer's forward pass and what it gave.</summary>
interface IPeerPass : IBenchPass
{
    /// <summary>The values of the last run's result.</summary>
    float[] Result();
}
