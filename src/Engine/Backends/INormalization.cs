namespace TripletGpu.Backends;

/// <summary>The Normalization family of a backend.</summary>
public interface INormalization
{
}
