using TripletGpu.Models;

namespace TripletGpu.Runner.Commands;

/// <summary>What a command writes must neither be one file twice nor the place of what it reads.</summary>
static class OutputFiles
{
    /// <summary>Checks the names before anything is computed.</summary>
    /// <param name="written">Each option that names a file to write, with the file; null where it is not given.</param>
    /// <param name="read">What is read; null where it is not given.</param>
    /// <exception cref="UserErrorException">Two are one file.</exception>
    public static void MustDiffer(
        IEnumerable<(string Option, string? Path)> written, params IEnumerable<string?> read)
    {
        Dictionary<string, string> taken = new(StringComparer.Ordinal);
        HashSet<string> inputs = new(StringComparer.Ordinal);
        foreach (string path in read.OfType<string>().Where(File.Exists)) inputs.Add(Path.GetFullPath(path));
        foreach ((string option, string? path) in written)
        {
            if (string.IsNullOrEmpty(path) || path.StartsWith("/dev/", StringComparison.Ordinal)) continue;
            string full = Path.GetFullPath(path);
            if (inputs.Contains(full))
                throw new UserErrorException($"{option} names {path}, which is read: give it a file of its own");
            if (!taken.TryAdd(full, option))
                throw new UserErrorException(
                    $"{taken[full]} and {option} both name {path}: give each a file of its own");
        }
    }
}
