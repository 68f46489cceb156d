namespace TripletGpu.Models.Serialization;

/// <summary>
/// Files that are either the old one or the whole new one, whatever happens in between: the contents are written beside
/// the file, flushed to the disk and renamed over it. When writing fails nothing is left behind.
/// </summary>
public static class AtomicFile
{
    const int BufferBytes = 1 << 16;

    /// <summary>Replaces <paramref name="path"/> by what <paramref name="write"/> writes; makes its folder.</summary>
    /// <exception cref="UserErrorException">The disk is full, or the folder cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string? beside = null;
        try
        {
            string target = Path.GetFullPath(path);
            if (IsDevice(target))
            {
                using FileStream device = new(target, FileMode.Open, FileAccess.Write);
                write(device);
                return;
            }
            if (Directory.Exists(target)) throw new IOException("it is a folder");
            Directory.CreateDirectory(Path.GetDirectoryName(target) ?? target);
            // Of this process and this call alone, so that two writers of one file do not meet.
            beside = $"{target}.{Environment.ProcessId}-{Guid.NewGuid():N}.part";
            using (FileStream stream = new(beside, FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferBytes))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(beside, target, overwrite: true);
        }
        catch (Exception e)
        {
            Remove(beside);
            if (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
                throw new UserErrorException($"cannot write {path}: {OneLine(e)}", e);
            throw;
        }
    }

    /// <summary>Replaces <paramref name="path"/> by a text in UTF-8 without a byte order mark.</summary>
    /// <exception cref="UserErrorException">The disk is full, or the folder cannot be written.</exception>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>
    /// Whether a path is like /dev/null or /dev/stdout: renaming a file over it would put it out of order.
    /// </summary>
    static bool IsDevice(string target) =>
        target.StartsWith("/dev/", StringComparison.Ordinal)
            && !target.StartsWith("/dev/shm/", StringComparison.Ordinal)
        && File.Exists(target);

    static void Remove(string? beside)
    {
        try
        {
            if (beside is not null) File.Delete(beside);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error being reported is the cause of this one too, and tells the user more.
        }
    }

    static string OneLine(Exception e) => e.Message.ReplaceLineEndings(" ");
}
