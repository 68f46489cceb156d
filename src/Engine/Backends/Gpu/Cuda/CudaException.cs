namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>A call of CUDA's driver or of its compiler failed.</summary>
public sealed class CudaException : Exception
{
    internal CudaException(string message, int code = 0) : base(message) => Code = code;

    /// <summary>The error code; 0 where the message says all.</summary>
    public int Code { get; }
}
