namespace TripletGpu.Backends;

/// <summary>The Convolution family of a backend.</summary>
public interface IConvolution
{
}
