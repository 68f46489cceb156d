using TripletGpu.Models;

namespace TripletGpu.Runner.Data;

/// <summary>Fills the cache folder from the first source that works. Two processes may do so at once.</summary>
static class DatasetFetcher
{
    /// <summary>Fetches what the folder lacks and verifies what it has.</summary>
    /// <exception cref="UserErrorException">
    /// No source works, with the reason of each; or a cached file is damaged.
    /// </exception>
    public static void Fetch(
        string name, IReadOnlyList<DataFile> files, IReadOnlyList<DataSource> sources, string folder, string hint,
        Action<string> log)
    {
        foreach (DataFile file in files.Where(f => IsThere(f, folder))) file.Verify(Path.Combine(folder, file.Name));
        List<string> reasons = [];
        foreach (DataSource source in sources)
        {
            DataFile[] missing = [.. files.Where(f => !IsThere(f, folder))];
            if (missing.Length == 0) return;
            // A distribution's package that is not installed is nothing to tell about.
            if (source is DataSource.Folder local && !Directory.Exists(local.Path)) continue;
            try
            {
                log($"fetching {name} from {source.Name}");
                source.Fetch(missing, folder);
            }
            catch (Exception e) when (
                e is IOException or HttpRequestException or InvalidDataException or UnauthorizedAccessException)
            {
                reasons.Add($"{source.Name}: {e.Message.ReplaceLineEndings(" ")}");
            }
        }
        if (files.All(f => IsThere(f, folder))) return;
        throw new UserErrorException(
            $"{name} is not in {folder} and could not be fetched ({string.Join("; ", reasons)}): {hint}");
    }

    static bool IsThere(DataFile file, string folder) => File.Exists(Path.Combine(folder, file.Name));
}
