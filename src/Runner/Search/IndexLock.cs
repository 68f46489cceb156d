using System.Security.Cryptography;
using TripletGpu.Models;

namespace TripletGpu.Runner.Search;

/// <summary>
/// Holds an index for one process that changes it: to change is to read it, write it anew and rename that over it, and
/// of two processes that did so at once one would lose its rows. Searching needs no lock. It is the operating system's
/// lock on a file beside the index, which is removed again; what a killed process leaves of it blocks nobody.
/// </summary>
sealed class IndexLock : IDisposable
{
    const int MostMark = 1 << 20, Attempts = 100;

    readonly string path;
    readonly FileStream file;

    IndexLock(string path, FileStream file) => (this.path, this.file) = (path, file);

    /// <summary>Takes the lock of an index.</summary>
    /// <exception cref="UserErrorException">Another process changes it, or its folder cannot be written.</exception>
    public static IndexLock Take(string index)
    {
        if (!File.Exists(index)) throw new UserErrorException($"{index}: no such file");
        string path = $"{Path.GetFullPath(index)}.lock";
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            FileStream file;
            try
            {
                file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                break;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new UserErrorException($"cannot write {index}: {exception.Message}", exception);
            }
            if (IsStillThere(path, file)) return new IndexLock(path, file);
            file.Dispose();
        }
        throw new UserErrorException($"{index} is being changed by another process: wait for it");
    }

    /// <summary>Lets the next process in.</summary>
    public void Dispose()
    {
        // Removed while it is held, or another process would lose its own.
        if (!OperatingSystem.IsWindows()) File.Delete(path);
        file.Dispose();
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
