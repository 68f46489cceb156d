namespace TripletGpu.Backends;

/// <summary>The Pooling family of a backend.</summary>
public interface IPooling
{
}
