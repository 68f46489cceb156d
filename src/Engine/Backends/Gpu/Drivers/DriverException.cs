namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>A GPU's driver or compiler refused; the message names the call, the code and the code's name.</summary>
public class DriverException(string message, int code = 0) : Exception(message)
{
    /// <summary>The driver's error code; 0 where the message says all.</summary>
    public int Code { get; } = code;
}
