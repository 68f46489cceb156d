namespace TripletGpu.Backends;

/// <summary>The MatMul family of a backend.</summary>
public interface IMatMul
{
}
