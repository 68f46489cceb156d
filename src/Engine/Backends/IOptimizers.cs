namespace TripletGpu.Backends;

/// <summary>The Optimizers family of a backend.</summary>
public interface IOptimizers
{
}
