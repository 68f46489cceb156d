namespace TripletGpu.Models.Serialization;

/// <summary>
/// Files that are either the old one or the whole new one, whatever happens in between: see <see cref="PendingFile"/>.
/// </summary>
public static class AtomicFile
{
    /// <summary>Replaces <paramref name="path"/> by what <paramref name="write"/> writes; makes its folder.</summary>
    /// <exception cref="UserErrorException">The disk is full, or the folder cannot be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        using PendingFile file = new(path);
        file.Write(write);
        file.Commit();
    }

    /// <summary>Replaces <paramref name="path"/> by a text in UTF-8 without a byte order mark.</summary>
    /// <exception cref="UserErrorException">The disk is full, or the folder cannot be written.</exception>
    public static void WriteText(string path, string text) =>
        Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
