using TripletGpu.Collectives;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Collectives;

/// <summary>
/// A device for each rank, opened when the rank first needs it and kept for all tests of a fixture: each compiles the
/// kernels that it launches.
/// </summary>
/// <param name="name">The device's test name.</param>
/// <param name="most">Ranks at most.</param>
sealed class RankDevices(string name, int most) : IDisposable
{
    readonly Device?[] devices = new Device?[most];

    /// <summary>A rank's. No other thread asks for it meanwhile.</summary>
    public Device Of(int rank) => devices[rank] ??= TestDevices.Open(name, threads: 1);

    /// <inheritdoc cref="Of(int)"/>
    public Device Of(ICollective ranks) => Of(ranks.Rank);

    public void Dispose()
    {
        foreach (Device? device in devices) device?.Dispose();
    }
}
