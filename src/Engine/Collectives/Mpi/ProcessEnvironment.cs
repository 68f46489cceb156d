using System.Runtime.InteropServices;

namespace TripletGpu.Collectives.Mpi;

/// <summary>The environment as native libraries see it, which .NET's own methods do not change.</summary>
static partial class ProcessEnvironment
{
    /// <summary>
    /// UCX, which Debian's MPICH brings, takes SIGSEGV for itself. .NET uses that signal for its null checks: after
    /// <c>MPI_Init</c> an exception that the program catches would end the process. Measured with UCX 1.13; an empty
    /// list of signals mends it, if it stands there before the library loads.
    /// </summary>
    public static void LeaveSignalsAlone()
    {
        if (OperatingSystem.IsWindows()) return;
        if (SetVariable("UCX_ERROR_SIGNALS", "", overwrite: 0) != 0)
            throw new CollectiveException("the environment of this process cannot be changed");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
