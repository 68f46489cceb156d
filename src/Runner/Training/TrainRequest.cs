using TripletGpu.Models;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Training;

/// <summary>What the arguments of <c>triplet train</c> ask for.</summary>
/// <param name="Folder">The run's folder.</param>
/// <param name="Source">A preset, a config file or a folder of images; for a run that goes on, its config.</param>
/// <param name="IsResumed">Whether the folder holds a run that goes on.</param>
sealed record TrainRequest(RunFolder Folder, string Source, bool IsResumed)
{
    const string ConfigFile = "config.json";

    /// <summary>Whether the source is a folder of images, for which a configuration is yet to be made.</summary>
    public bool IsFolder => !IsResumed && !ConfigReader.Presets.Contains(Source) && Directory.Exists(Source);

    /// <summary>
    /// Reads the arguments. To resume, the run may be named by <c>--resume RUN</c>, by <c>--out RUN --resume</c>, or by
    /// the preset alone, whose newest run is then meant. A run that was killed before it had a config begins anew if
    /// CONFIG is given.
    /// </summary>
    /// <param name="config">
    /// CONFIG: a preset, a file, a folder of images, or with <paramref name="resume"/> a run's folder.
    /// </param>
    /// <param name="folder">--out, or null.</param>
    /// <param name="resume">Whether --resume was given.</param>
    /// <param name="run">Its value, or null.</param>
    /// <exception cref="UserErrorException">They do not say what to do.</exception>
    public static TrainRequest From(string? config, string? folder, bool resume, string? run)
    {
        if (folder is "" || run is "") throw new UserErrorException("a run's folder cannot be an empty name");
        if (!resume)
        {
            if (config is null)
                throw new UserErrorException(
                    "triplet train needs a folder with a folder of images for each class, a preset"
                    + $" ({string.Join(", ", ConfigReader.Presets)}), or a config file");
            if (new RunFolder(config).HoldsRun)
                throw new UserErrorException(
                    $"{config} is a run: add --resume to go on with it, or give a preset or a config file");
            return new TrainRequest(
                folder is null ? RunFolder.Next(NameOf(config)) : new RunFolder(folder), config, false);
        }
        // "--resume CONFIG --out RUN": the flag stood before the config and took it for its value.
        if (run is not null && config is null && !new RunFolder(run).HoldsRun && folder is not null)
            (config, run) = (run, null);
        if (config is not null && new RunFolder(config).HoldsRun) (run, config) = (run ?? config, null);
        RunFolder? found = (run ?? folder) is { } path ? new RunFolder(path)
            : config is not null ? RunFolder.Newest(NameOf(config)) : null;
        if (found is { HoldsRun: true }) return new TrainRequest(found, found.Config, true);
        if (config is not null) return new TrainRequest(found ?? RunFolder.Next(NameOf(config)), config, false);
        throw new UserErrorException(found is null
            ? "--resume needs the run to go on with: --resume RUN, or --out RUN --resume"
            : $"{found.Path} holds no run (it has no config.json), so there is nothing to resume");
    }

    /// <summary>What runs of a source are called: as the run is whose config it is.</summary>
    static string NameOf(string config)
    {
        if (ConfigReader.Presets.Contains(config)) return config;
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(config));
        if (Directory.Exists(full)) return Path.GetFileName(full) is { Length: > 0 } folder ? folder : "folder";
        if (Path.GetFileName(full) == ConfigFile && Path.GetDirectoryName(full) is { } run)
        {
            string name = Path.GetFileName(run), plain = name.TrimEnd([.. "0123456789"]);
            if (plain.Length > 1 && plain.Length < name.Length && plain[^1] == '-') return plain[..^1];
        }
        return Path.GetFileNameWithoutExtension(config);
    }
}
