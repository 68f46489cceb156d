using System.Globalization;
using TripletGpu.Models;

namespace TripletGpu.Runner.Runs;

/// <summary>The names of the files of a run.</summary>
/// <param name="Path">The run's folder.</param>
sealed record RunFolder(string Path)
{
    const string DefaultRoot = "runs";

    /// <summary>The config as resolved.</summary>
    public string Config => In("config.json");

    /// <summary>One JSON object a step.</summary>
    public string Metrics => In("metrics.jsonl");

    /// <summary>The same as a table.</summary>
    public string MetricsTable => In("metrics.csv");

    /// <summary>The weights after the last step.</summary>
    public string Model => In("model.safetensors");

    /// <summary>The weights of the best evaluation so far.</summary>
    public string Best => In("best.safetensors");

    /// <summary>The folder of checkpoints.</summary>
    public string Checkpoints => In("checkpoints");

    /// <summary>The figures of the last evaluation.</summary>
    public string Evaluation => In("evaluation.json");

    /// <summary>The test set's embeddings.</summary>
    public string Embeddings => In("embeddings.npy");

    /// <summary>The test set's labels.</summary>
    public string Labels => In("labels.npy");

    /// <summary>The page to look at.</summary>
    public string Report => In("report.html");

    /// <summary>The folder that TensorBoard reads.</summary>
    public string TensorBoard => In("tensorboard");

    /// <summary>What the run told.</summary>
    public string Log => In("log.txt");

    /// <summary>Whether there is a checkpoint to go on from.</summary>
    public bool HasCheckpoint => Directory.Exists(Checkpoints) && Directory.EnumerateDirectories(Checkpoints).Any();

    /// <summary>The steps of the newest checkpoint, sound or not; 0 without any.</summary>
    public long NewestStep => !HasCheckpoint ? 0
        : Directory.EnumerateDirectories(Checkpoints, "step-*").Max(path => long.TryParse(
            System.IO.Path.GetFileName(path).AsSpan("step-".Length), NumberStyles.None, CultureInfo.InvariantCulture,
            out long step) ? step : 0);

    /// <summary>Whether a run has been started here.</summary>
    public bool HoldsRun => File.Exists(Config);

    /// <summary>A finished or interrupted run.</summary>
    /// <exception cref="UserErrorException">There is none.</exception>
    public static RunFolder Existing(string path)
    {
        RunFolder folder = new(path);
        return folder.HoldsRun ? folder
            : throw new UserErrorException(
                $"{path} holds no run (it has no config.json): give the folder that triplet train made");
    }

    /// <summary><c>runs/name-n</c> with the first n after those that there are.</summary>
    public static RunFolder Next(string name) => new(PathOf(name, Last(name) + 1));

    /// <summary>The newest run of that name, or null.</summary>
    public static RunFolder? Newest(string name) => Last(name) is > 0 and int n ? new(PathOf(name, n)) : null;

    string In(string file) => System.IO.Path.Combine(Path, file);

    static string PathOf(string name, int n) =>
        System.IO.Path.Combine(DefaultRoot, string.Create(CultureInfo.InvariantCulture, $"{name}-{n}"));

    static int Last(string name)
    {
        int last = 0;
        if (Directory.Exists(DefaultRoot))
            foreach (string path in Directory.GetDirectories(DefaultRoot, $"{name}-*"))
                if (int.TryParse(System.IO.Path.GetFileName(path).AsSpan(name.Length + 1), NumberStyles.None,
                    CultureInfo.InvariantCulture, out int n)) last = Math.Max(last, n);
        return last;
    }
}
