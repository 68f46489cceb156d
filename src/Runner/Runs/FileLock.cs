using System.Security.Cryptography;

namespace TripletGpu.Runner.Runs;

/// <summary>
/// The operating system's lock on a file, for one process. It ends with the process, whatever ends that; what a killed
/// process leaves of the file blocks nobody.
/// </summary>
sealed class FileLock : IDisposable
{
    const int MostMark = 1 << 20, Attempts = 100;

    readonly string path;
    readonly FileStream file;
    readonly bool isRemoved;

    FileLock(string path, FileStream file, bool isRemoved) =>
        (this.path, this.file, this.isRemoved) = (path, file, isRemoved);

    /// <summary>Takes the lock; null where another process holds it.</summary>
    /// <param name="path">The file, which is made.</param>
    /// <param name="isRemoved">Whether the file goes with the lock; every process must say the same.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The file cannot be made.</exception>
    public static FileLock? Take(string path, bool isRemoved)
    {
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            FileStream file;
            try
            {
                file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path) && IsHeld(path))
            {
                return null;
            }
            if (!isRemoved || IsStillThere(path, file)) return new FileLock(path, file, isRemoved);
            file.Dispose();
        }
        return null;
    }

    /// <summary>Lets the next process in.</summary>
    public void Dispose()
    {
        // Removed while it is held, or another process would lose its own.
        if (isRemoved && !OperatingSystem.IsWindows()) File.Delete(path);
        file.Dispose();
    }

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

    /// <summary>
    /// Whether the file that was opened still has the name: the process before may have removed it in between, and
    /// another made a new one. Its length is the mark, as the name's length is told without opening it, which the lock
    /// would not allow. Windows removes no file that is open.
    /// </summary>
    static bool IsStillThere(string path, FileStream file)
    {
        if (OperatingSystem.IsWindows()) return true;
        int mark = RandomNumberGenerator.GetInt32(1, MostMark);
        file.SetLength(mark);
        FileInfo named = new(path);
        return named.Exists && named.Length == mark;
    }
}
