using TripletGpu.Models;

namespace TripletGpu.Runner.Runs;

/// <summary>Holds a run's folder for one process, by a file in it that stays.</summary>
static class RunLock
{
    const string FileName = ".lock";

    /// <summary>Takes the lock of an existing folder.</summary>
    /// <exception cref="UserErrorException">Another process holds it.</exception>
    public static FileLock Take(string folder) =>
        FileLock.Take(Path.Combine(folder, FileName), isRemoved: false)
            ?? throw new UserErrorException(
                $"{folder} is in use by another process: wait for it, or choose another --out");

    /// <summary>Whether a file name in a run's folder is the lock's.</summary>
    public static bool IsLock(string path) => Path.GetFileName(path) == FileName;
}
