using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Backends.Gpu.OpenCl;

/// <summary>The events of launches that have not been read yet.</summary>
sealed unsafe class OpenClEvents(OpenClLibrary library, KernelProfile profile)
{
    const uint Start = 0x1282, End = 0x1283;
    const double Nanosecond = 1e-9;

    readonly List<(string Kernel, nint Event)> launches = [];

    /// <summary>Keeps the event of a launch.</summary>
    public void Add(string kernel, nint launch) => launches.Add((kernel, launch));

    /// <summary>Reads the times; everything that was issued has run.</summary>
    public void Read()
    {
        foreach ((string kernel, nint launch) in launches)
        {
            profile.Add(kernel, (Time(launch, End) - Time(launch, Start)) * Nanosecond);
            _ = library.ReleaseEvent(launch);
        }
        launches.Clear();
    }

    ulong Time(nint launch, uint what)
    {
        ulong time;
        OpenClException.Check(
            library.GetEventProfilingInfo(launch, what, sizeof(ulong), &time, null), "clGetEventProfilingInfo");
        return time;
    }
}
