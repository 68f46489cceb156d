using System.Reflection;
using TripletGpu.Kernels;

namespace TripletGpu.Runner.Book.Code;

/// <summary>
/// The files of the repository that the book shows, as they were when the program was built: kernels, operations,
/// oracles, test cases and two tables of the documents. Nothing in the book is a second copy of any of them.
/// </summary>
sealed class SourceFiles
{
    const string Prefix = "Book/Source/";

    readonly Dictionary<string, SourceFile> byPath = [];
    readonly Dictionary<string, SourceFile> kernels;

    /// <summary>Reads those of the program.</summary>
    public SourceFiles()
    {
        Assembly program = typeof(SourceFiles).Assembly;
        foreach (string name in program.GetManifestResourceNames())
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            using StreamReader reader = new(program.GetManifestResourceStream(name)!);
            string path = name[Prefix.Length..].Replace('\\', '/');
            byPath[path] = new(path, reader.ReadToEnd().ReplaceLineEndings("\n").Split('\n'));
        }
        kernels = byPath.Values.Where(f => f.Path.StartsWith("src/Kernels/", StringComparison.Ordinal))
            .ToDictionary(f => f.Name);
    }

    /// <summary>All of a folder, by path.</summary>
    public IEnumerable<SourceFile> In(string folder) =>
        byPath.Values.Where(f => f.Path.StartsWith(folder + "/", StringComparison.Ordinal))
            .OrderBy(f => f.Path, StringComparer.Ordinal);

    /// <summary>A file by its path in the repository; null if it is not part of the book.</summary>
    public SourceFile? Find(string path) => byPath.GetValueOrDefault(path);

    /// <summary>The file of the kernels that a line is from.</summary>
    public SourceFile? Of(SourceLine line) => kernels.GetValueOrDefault(line.File);

    /// <summary>The kernels' symbols, which say which lines their IL is from; null where the build made none.</summary>
    public static Stream? KernelSymbols() =>
        typeof(SourceFiles).Assembly.GetManifestResourceStream("Book/TripletGpu.Kernels.pdb");
}
