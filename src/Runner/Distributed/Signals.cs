using System.Runtime.InteropServices;

namespace TripletGpu.Runner.Distributed;

/// <summary>Signals to other processes, which .NET can only kill.</summary>
static partial class Signals
{
    const int Interrupt = 2, Terminate = 15;

    /// <summary>Sends SIGINT or SIGTERM; nothing where the system has no signals.</summary>
    public static void Send(int process, PosixSignal signal)
    {
        if (OperatingSystem.IsWindows()) return;
        _ = Kill(process, signal == PosixSignal.SIGINT ? Interrupt : Terminate);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
