namespace TripletGpu.Runner.Data;

/// <summary>Where fetched data sets are kept.</summary>
public static class CacheFolder
{
    /// <summary>The variable that names the folder.</summary>
    public const string Variable = "TRIPLETGPU_CACHE";

    /// <summary>
    /// TRIPLETGPU_CACHE; else tripletgpu in XDG_CACHE_HOME, in ~/.cache, or in LocalAppData on Windows.
    /// </summary>
    public static string Path
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } own) return System.IO.Path
                .GetFullPath(own);
            string? home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
            if (string.IsNullOrEmpty(home)) home = OperatingSystem.IsWindows()
                ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
                : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
            return System.IO.Path.Combine(home, "tripletgpu");
        }
    }
}
