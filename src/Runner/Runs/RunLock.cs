using TripletGpu.Models;

namespace TripletGpu.Runner.Runs;

/// <summary>
/// Holds a run's folder for one process. It is the operating system's lock on an open file, so it ends with the process
/// whatever ends that; the file itself may stay and blocks nobody.
/// </summary>
sealed class RunLock : IDisposable
{
    const string FileName = ".lock";
    readonly FileStream file;

    RunLock(FileStream file) => this.file = file;

    /// <summary>Takes the lock of an existing folder.</summary>
    /// <exception cref="UserErrorException">Another process holds it.</exception>
    public static RunLock Take(string folder)
    {
        string path = Path.Combine(folder, FileName);
        try
        {
            return new RunLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path) && IsHeld(path))
        {
            throw new UserErrorException(
                $"{folder} is in use by another process: wait for it, or choose another --out");
        }
    }

    /// <summary>Whether a file name in a run's folder is the lock's.</summary>
    public static bool IsLock(string path) => Path.GetFileName(path) == FileName;

    /// <summary>Lets the next process in.</summary>
    public void Dispose() => file.Dispose();

    static bool IsHeld(string path)
    {
        try
        {
            using FileStream probe = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
