using TripletGpu.Models;

namespace TripletGpu.Runner.Runs;

/// <summary>
/// A run's folder in the hands of this process. If a new run fails before its first step, what this process made here
/// is removed again.
/// </summary>
sealed class ClaimedFolder : IDisposable
{
    readonly FileLock held;
    readonly bool isNew, hasOnlyOurs;
    bool isKept;

    ClaimedFolder(RunFolder folder, FileLock held, bool isNew, bool hasOnlyOurs) =>
        (Folder, this.held, this.isNew, this.hasOnlyOurs) = (folder, held, isNew, hasOnlyOurs);

    /// <summary>Where the run's files go.</summary>
    public RunFolder Folder { get; }

    /// <summary>Makes and locks the folder of a new run.</summary>
    /// <exception cref="UserErrorException">It cannot be made, holds something already or is in use.</exception>
    public static ClaimedFolder New(RunFolder folder)
    {
        bool isNew = !Directory.Exists(folder.Path);
        FileLock held = Claim(folder.Path, isNew);
        try
        {
            if (folder.HoldsRun)
                throw new UserErrorException(
                    $"{folder.Path} holds a run already: --resume continues it, another --out starts a new one");
            IEnumerable<string> entries = Directory.EnumerateFileSystemEntries(folder.Path);
            if (entries.FirstOrDefault(path => !IsLeftover(path)) is { } other)
                throw new UserErrorException(
                    $"{folder.Path} is not empty ({Path.GetFileName(other)}): choose another --out");
            return new ClaimedFolder(folder, held, isNew, hasOnlyOurs: true);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Locks the folder of a run that was started before.</summary>
    /// <exception cref="UserErrorException">Another process has it.</exception>
    public static ClaimedFolder Again(RunFolder folder) =>
        new(folder, Claim(folder.Path, isNew: false), isNew: false, hasOnlyOurs: false);

    /// <summary>From now on the folder stays, whatever happens.</summary>
    public void Keep() => isKept = true;

    /// <summary>Takes <see cref="Keep"/> back: the run came to nothing after all.</summary>
    public void Abandon() => isKept = false;

    /// <summary>Unlocks the folder, and removes what this process made if the run came to nothing.</summary>
    public void Dispose()
    {
        held.Dispose();
        if (isKept || !hasOnlyOurs) return;
        if (isNew)
        {
            Directory.Delete(Folder.Path, recursive: true);
            return;
        }
        foreach (string file in Directory.GetFiles(Folder.Path)) File.Delete(file);
        foreach (string inner in Directory.GetDirectories(Folder.Path)) Directory.Delete(inner, recursive: true);
    }

    /// <summary>What a process leaves that was killed while it began.</summary>
    static bool IsLeftover(string path) =>
        RunLock.IsLock(path) || Path.GetExtension(path.AsSpan()) is ".part";

    static FileLock Claim(string path, bool isNew)
    {
        try
        {
            Directory.CreateDirectory(path);
            return RunLock.Take(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            if (isNew && Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
                Directory.Delete(path);
            throw new UserErrorException($"cannot use {path} for a run: {exception.Message}", exception);
        }
    }
}
