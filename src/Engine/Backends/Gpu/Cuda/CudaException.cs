using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>A call of CUDA's driver or of its compiler failed.</summary>
public sealed class CudaException : DriverException
{
    internal CudaException(string message, int code = 0) : base(message, code)
    {
    }
}
