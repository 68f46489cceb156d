namespace TripletGpu.Backends;

/// <summary>The device could not give a block of memory, even after the pool had given back all it cached.</summary>
public sealed class DeviceOutOfMemoryException(string message, Exception? inner = null) : Exception(message, inner);
