using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TripletGpu.Runner.Runs;

/// <summary>Makes the names in a folder survive a power failure, as flushing a file does for its contents.</summary>
static partial class DurableFolder
{
    const int ReadOnly = 0;

    /// <summary>Flushes a folder to the disk. Windows does that by itself.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        int descriptor = Open(folder, ReadOnly);
        if (descriptor < 0) throw new IOException($"cannot open {folder}: {Marshal.GetLastPInvokeErrorMessage()}");
        using SafeFileHandle handle = new(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
