using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>Pairs of events around the launches that have not been read yet.</summary>
sealed unsafe class CudaEvents(CudaLibrary cuda, nint stream, KernelProfile profile)
{
    const uint WithTiming = 0;
    const double Millisecond = 1e-3;

    readonly List<(string Kernel, nint Start, nint End)> launches = [];

    /// <summary>An event at the end of what has been issued.</summary>
    public nint Mark()
    {
        nint mark;
        cuda.Check(cuda.EventCreate(&mark, WithTiming), "cuEventCreate");
        cuda.Check(cuda.EventRecord(mark, stream), "cuEventRecord");
        return mark;
    }

    /// <summary>Closes a launch that began at <paramref name="start"/>.</summary>
    public void Add(string kernel, nint start) => launches.Add((kernel, start, Mark()));

    /// <summary>Reads the times; everything that was issued has run.</summary>
    public void Read()
    {
        foreach ((string kernel, nint start, nint end) in launches)
        {
            float milliseconds;
            cuda.Check(cuda.EventElapsedTime(&milliseconds, start, end), "cuEventElapsedTime");
            profile.Add(kernel, milliseconds * Millisecond);
            _ = cuda.EventDestroy(start);
            _ = cuda.EventDestroy(end);
        }
        launches.Clear();
    }
}
