using TripletGpu.Models;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Search;

/// <summary>
/// Holds an index for one process that changes it: to change is to read it, write it anew and rename that over it, and
/// of two processes that did so at once one would lose its rows. Searching needs no lock. The file of the lock lies
/// beside the index and goes with it.
/// </summary>
static class IndexLock
{
    /// <summary>Takes the lock of an index.</summary>
    /// <exception cref="UserErrorException">Another process changes it, or its folder cannot be written.</exception>
    public static FileLock Take(string index)
    {
        if (!File.Exists(index)) throw new UserErrorException($"{index}: no such file");
        try
        {
            return FileLock.Take($"{Path.GetFullPath(index)}.lock", isRemoved: true)
                ?? throw new UserErrorException($"{index} is being changed by another process: wait for it");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException($"cannot write {index}: {exception.Message}", exception);
        }
    }
}
