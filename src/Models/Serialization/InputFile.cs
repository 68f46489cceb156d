namespace TripletGpu.Models.Serialization;

/// <summary>Opening of files that the user names: what cannot be opened is the user's error, in one line.</summary>
public static class InputFile
{
    /// <summary>Opens an existing file for reading from front to back.</summary>
    /// <exception cref="UserErrorException">There is no such file, or it cannot be read.</exception>
    public static FileStream Open(string path)
    {
        try
        {
            if (Directory.Exists(path)) throw new UserErrorException($"{path} is a folder, not a file");
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16,
                FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new UserErrorException($"{path}: no such file", e);
        }
        catch (Exception e) when (
            e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UserErrorException($"cannot read {path}: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
