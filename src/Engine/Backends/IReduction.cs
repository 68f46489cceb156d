namespace TripletGpu.Backends;

/// <summary>The Reduction family of a backend.</summary>
public interface IReduction
{
}
