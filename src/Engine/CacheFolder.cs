namespace TripletGpu;

/// <summary>Where fetched data sets and built GPU programs are kept.</summary>
public static class CacheFolder
{
    /// <summary>The variable that names the folder.</summary>
    public const string Variable = "TRIPLETGPU_CACHE";

    /// <summary>
    /// TRIPLETGPU_CACHE; else tripletgpu in XDG_CACHE_HOME, in ~/.cache, or in LocalAppData on Windows.
    /// </summary>
    public static string Location
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } own) return Path.GetFullPath(own);
            if (Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is not { Length: > 0 } caches)
                caches = OperatingSystem.IsWindows()
                    ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                    : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return Path.Combine(caches, "tripletgpu");
        }
    }
}
