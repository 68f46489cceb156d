namespace TripletGpu.Runner.Bench;

/// <summary>Something to time, with all that it needs made before.</summary>
interface IBenchPass : IDisposable
{
    /// <summary>Does it once; what a device still has to do may be waited for after it.</summary>
    void Run();
}
