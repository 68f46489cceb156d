namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>The files that may be NVRTC: those on the library path, then those of the folders of toolkits.</summary>
/// <param name="names">The library's file names.</param>
/// <param name="folders">Folders besides the library path.</param>
sealed class NvrtcSearch(IReadOnlyList<string> names, IReadOnlyList<string> folders)
{
    /// <summary>The library's names on a system, the newest first, as each release names its own.</summary>
    public static string[] NamesOn(bool windows) => windows
        ? ["nvrtc64_130_0.dll", "nvrtc64_120_0.dll", "nvrtc64_112_0.dll"]
        : ["libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so"];

    /// <summary>The usual places of this system.</summary>
    public static NvrtcSearch OfThisSystem()
    {
        bool windows = OperatingSystem.IsWindows();
        return new(NamesOn(windows), FoldersOf(Environment.GetEnvironmentVariable, windows ? "" : "/"));
    }

    /// <summary>
    /// Where toolkits lie: CUDA_PATH and CUDA_HOME, /usr/local/cuda*, and pip's and conda's packages of the Python
    /// environments in use and of the system.
    /// </summary>
    /// <param name="variable">Reads the environment.</param>
    /// <param name="root">The file system's root; empty where it has none of the fixed places.</param>
    public static IReadOnlyList<string> FoldersOf(Func<string, string?> variable, string root)
    {
        string[] pythons =
        [
            variable("VIRTUAL_ENV") ?? "", variable("CONDA_PREFIX") ?? "",
            variable("HOME") is { Length: > 0 } home ? Path.Combine(home, ".local") : "",
            .. root == "" ? [] : (string[])[Path.Combine(root, "usr/local"), Path.Combine(root, "usr")],
        ];
        var folders = new List<string>();
        foreach (string toolkit in Toolkits(variable, root))
            foreach (string part in (string[])["lib64", "lib", "bin"]) folders.Add(Path.Combine(toolkit, part));
        foreach (string python in pythons.Where(p => p != ""))
        {
            if (python == variable("CONDA_PREFIX")) folders.Add(Path.Combine(python, "lib"));
            foreach (string packages in PackagesOf(python))
                foreach (string package in Matching(packages, "cuda_nvrtc").Concat(Matching(packages, "cu1*")))
                    folders.AddRange([Path.Combine(package, "lib"), Path.Combine(package, "bin")]);
        }
        return [.. folders.Distinct().Where(Directory.Exists)];
    }

    /// <summary>The folders of CUDA toolkits: CUDA_PATH and CUDA_HOME, then /usr/local/cuda*.</summary>
    /// <param name="variable">Reads the environment.</param>
    /// <param name="root">The file system's root; empty where it has none of the fixed places.</param>
    public static IEnumerable<string> Toolkits(Func<string, string?> variable, string root) =>
        new[] { variable("CUDA_PATH") ?? "", variable("CUDA_HOME") ?? "" }
            .Concat(root == "" ? [] : Matching(Path.Combine(root, "usr/local"), "cuda*"))
            .Where(toolkit => toolkit != "");

    /// <summary>What to try to load, in order: names for the library path, then paths.</summary>
    public IReadOnlyList<string> Files() =>
        [.. names, .. folders.SelectMany(f => names.Select(n => Path.Combine(f, n))).Where(File.Exists)];

    /// <summary>The places, for a message.</summary>
    public override string ToString() =>
        string.Join(" or ", names) + (folders.Count == 0 ? " on the library path, and in no CUDA_PATH, CUDA_HOME,"
            + " /usr/local/cuda* or nvidia/cuda_nvrtc of a Python environment"
            : $" on the library path and in {string.Join(", ", folders)}");

    /// <summary>The folders "nvidia" of a Python installation's packages.</summary>
    static IEnumerable<string> PackagesOf(string python) =>
        Matching(Path.Combine(python, "lib"), "python3*").Append(python)
            .SelectMany(p => (string[])["site-packages", "dist-packages", "Lib/site-packages"],
                (p, packages) => Path.Combine(p, packages, "nvidia"))
            .Where(Directory.Exists);

    static IEnumerable<string> Matching(string folder, string pattern) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder, pattern).Order(StringComparer.Ordinal) : [];
}
