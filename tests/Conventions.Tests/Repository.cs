namespace TripletGpu.Conventions.Tests;

/// <summary>The files of this repository, read where they lie.</summary>
static class Repository
{
    static readonly string[] Generated = ["bin", "obj", "runs", "node_modules", ".git"];

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>Files under a folder, without what builds and runs leave, as paths relative to the root.</summary>
    public static IEnumerable<string> Files(string folder, string pattern)
    {
        string path = Path.Combine(Root, folder);
        foreach (string file in Directory.EnumerateFiles(path, pattern))
            yield return Path.GetRelativePath(Root, file).Replace('\\', '/');
        foreach (string child in Directory.EnumerateDirectories(path))
        {
            if (Generated.Contains(Path.GetFileName(child))) continue;
            foreach (string file in Files(child, pattern)) yield return file;
        }
    }

    /// <summary>C# files under these folders, without the inputs of the kernel compiler's snapshot tests.</summary>
    public static IEnumerable<string> Sources(params string[] folders) =>
        from folder in folders
        from file in Files(folder, "*.cs")
        where !file.Contains("/Snapshots/", StringComparison.Ordinal)
        select file;

    /// <summary>A file's text.</summary>
    public static string Read(string file) => File.ReadAllText(Path.Combine(Root, file));

    /// <summary>A file's lines.</summary>
    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    /// <summary>Fails with one line for each fault.</summary>
    public static void AssertNone(IEnumerable<string> faults, string rule)
    {
        string[] found = [.. faults];
        if (found.Length > 0) Assert.Fail($"{rule}\n  {string.Join("\n  ", found)}");
    }

    static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "TripletGpu.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no TripletGpu.sln above {AppContext.BaseDirectory}");
    }
}
