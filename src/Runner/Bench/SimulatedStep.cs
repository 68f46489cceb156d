namespace TripletGpu.Runner.Bench;

/// <summary>A step of several ranks, as <c>triplet bench --simulate</c> expects it.</summary>
/// <param name="Model">What trains.</param>
/// <param name="Ranks">How many processes.</param>
/// <param name="Batch">Images of all together.</param>
/// <param name="ComputeSeconds">Measured: the images of a rank, its anchors against all.</param>
/// <param name="MiningSeconds">The anchors' part of that.</param>
/// <param name="WaitingSeconds">What the network adds.</param>
/// <param name="BytesSent">By each rank.</param>
/// <param name="Speedup">Images a second, by those of one rank.</param>
sealed record SimulatedStep(
    string Model, int Ranks, int Batch, double ComputeSeconds, double MiningSeconds, double WaitingSeconds,
    double BytesSent, double Speedup)
{
    /// <summary>Seconds of the whole step.</summary>
    public double StepSeconds => ComputeSeconds + WaitingSeconds;

    /// <summary>Images of all ranks a second.</summary>
    public double ImagesPerSecond => Batch / StepSeconds;
}
