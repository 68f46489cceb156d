namespace TripletGpu.Runner.Data;

/// <summary>
/// The folders and files below a folder. Links are followed, but for those that lead back up, which would never end.
/// What a name that begins with a dot hides, a file or all in a folder, is left out: systems and editors leave copies
/// there.
/// </summary>
static class FolderTree
{
    // As many as Linux follows.
    const int MostLinks = 40;

    /// <summary>The folders in a folder, in the order of their names.</summary>
    /// <param name="folder">Where to look.</param>
    /// <param name="log">Takes a line about each link that leads back up.</param>
    public static IEnumerable<string> Folders(string folder, Action<string>? log = null) =>
        Inner(folder, [RealPath(folder)], log).Select(inner => inner.Path);

    /// <summary>The files at any depth below a folder.</summary>
    /// <param name="folder">Where to look.</param>
    /// <param name="log">Takes a line about each link that leads back up.</param>
    public static IEnumerable<string> Files(string folder, Action<string>? log = null) =>
        Files(folder, [RealPath(folder)], log);

    static IEnumerable<string> Files(string folder, string[] above, Action<string>? log)
    {
        foreach (string file in Directory.GetFiles(folder).Where(path => !IsHidden(path))) yield return file;
        foreach ((string inner, string real) in Inner(folder, above, log))
            foreach (string file in Files(inner, [.. above, real], log)) yield return file;
    }

    /// <param name="folder">Where to look.</param>
    /// <param name="above">The folder and those that it was reached through, without links.</param>
    /// <param name="log">Takes a line about each link that leads back up.</param>
    static IEnumerable<(string Path, string Real)> Inner(string folder, string[] above, Action<string>? log)
    {
        foreach (string path in Directory.GetDirectories(folder).Order(StringComparer.Ordinal))
        {
            if (IsHidden(path)) continue;
            bool isLink = new DirectoryInfo(path).LinkTarget is not null;
            string real = isLink ? RealPath(path) : Path.Combine(above[^1], Path.GetFileName(path));
            if (isLink && above.Any(upper => IsAtOrBelow(upper, real)))
                log?.Invoke($"{path} is a link that leads back up, to {real}: left out");
            else yield return (path, real);
        }
    }

    static bool IsHidden(string path) => Path.GetFileName(path).StartsWith('.');

    static bool IsAtOrBelow(string path, string folder) => path == folder
        || path.StartsWith(Path.TrimEndingDirectorySeparator(folder) + Path.DirectorySeparatorChar,
            StringComparison.Ordinal);

    /// <summary>The path with every link on it followed.</summary>
    static string RealPath(string path, int links = 0)
    {
        string full = Path.GetFullPath(path), real = Path.GetPathRoot(full)!;
        foreach (string part in full[real.Length..].Split(
            Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(real, part);
            real = links < MostLinks && new DirectoryInfo(next).LinkTarget is { } target
                ? RealPath(Path.Combine(real, target), links + 1)
                : next;
        }
        return real;
    }
}
