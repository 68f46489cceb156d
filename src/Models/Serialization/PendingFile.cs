namespace TripletGpu.Models.Serialization;

/// <summary>
/// A file that is being written beside the one that it will replace: <see cref="Commit"/> flushes it to the disk and
/// renames it over that. Until then, and where writing fails, nothing has changed and nothing is left behind.
/// </summary>
public sealed class PendingFile : IDisposable
{
    const int BufferBytes = 1 << 16;

    readonly string path;
    readonly string target = "";
    readonly string? beside;
    FileStream? stream;

    /// <summary>Begins the file; makes its folder.</summary>
    /// <exception cref="UserErrorException">The folder cannot be written.</exception>
    public PendingFile(string path)
    {
        this.path = path;
        try
        {
            target = Path.GetFullPath(path);
            if (IsDevice(target))
            {
                stream = new FileStream(target, FileMode.Open, FileAccess.Write);
                return;
            }
            if (Directory.Exists(target)) throw new IOException("it is a folder");
            Directory.CreateDirectory(Path.GetDirectoryName(target) ?? target);
            // Of this process and this call alone, so that two writers of one file do not meet.
            beside = $"{target}.{Environment.ProcessId}-{Guid.NewGuid():N}.part";
            stream = new FileStream(beside, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes);
        }
        catch (Exception exception) when (IsOfTheDisk(exception))
        {
            Remove();
            throw Error(exception);
        }
    }

    /// <summary>Writes on.</summary>
    /// <exception cref="UserErrorException">The disk is full.</exception>
    public void Write(Action<Stream> write)
    {
        try
        {
            write(stream!);
        }
        catch (Exception exception) when (IsOfTheDisk(exception))
        {
            throw Error(exception);
        }
    }

    /// <summary>Puts the file in its place.</summary>
    /// <exception cref="UserErrorException">The disk is full, or what is there cannot be replaced.</exception>
    public void Commit()
    {
        try
        {
            if (beside is not null) stream!.Flush(flushToDisk: true);
            stream!.Dispose();
            stream = null;
            if (beside is not null) File.Move(beside, target, overwrite: true);
        }
        catch (Exception exception) when (IsOfTheDisk(exception))
        {
            throw Error(exception);
        }
    }

    /// <summary>Removes what was not put in its place.</summary>
    public void Dispose() => Remove();

    void Remove()
    {
        try
        {
            stream?.Dispose();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // What is still buffered finds no room either; the error being reported says so.
        }
        stream = null;
        try
        {
            if (beside is not null) File.Delete(beside);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The error being reported is the cause of this one too, and tells the user more.
        }
    }

    /// <summary>The system's word, without the name of the file beside, which nobody knows.</summary>
    UserErrorException Error(Exception exception)
    {
        string word = exception.Message.ReplaceLineEndings(" ");
        if (beside is not null) word = word.Replace($" : '{beside}'", "", StringComparison.Ordinal);
        return new($"cannot write {path}: {word}", exception);
    }

    static bool IsOfTheDisk(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;

    /// <summary>
    /// Whether a path is like /dev/null or /dev/stdout: renaming a file over it would put it out of order.
    /// </summary>
    static bool IsDevice(string target) =>
        target.StartsWith("/dev/", StringComparison.Ordinal)
            && !target.StartsWith("/dev/shm/", StringComparison.Ordinal)
        && File.Exists(target);
}
