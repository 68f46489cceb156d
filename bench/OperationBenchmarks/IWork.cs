namespace TripletGpu.OperationBenchmarks;

/// <summary>A benchmark's parameter that knows how much there is to compute.</summary>
public interface IWork
{
    /// <summary>Floating-point operations of one call, by the direct algorithm.</summary>
    double Flops { get; }
}
