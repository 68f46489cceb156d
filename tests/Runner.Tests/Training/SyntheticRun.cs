using System.Text.Json.Nodes;
using TripletGpu.Models.Serialization;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>A small training job on synthetic images, in a folder of its own.</summary>
sealed class SyntheticRun : IDisposable
{
    const int Images = 96, Classes = 6, Pixels = 28 * 28;

    readonly TemporaryFolder folder = new();

    public SyntheticRun()
    {
        Random random = new(7);
        float[] images = new float[Images * Pixels];
        int[] labels = new int[Images];
        for (int i = 0; i < Images; i++)
        {
            labels[i] = i % Classes;
            for (int p = 0; p < Pixels; p++)
                images[i * Pixels + p] = 0.3f * random.NextSingle() + (p / 28 % Classes == labels[i] ? 0.5f : 0);
        }
        Npy.Write(folder["images.npy"], new Shape(Images, 1, 28, 28), images);
        Npy.Write(folder["labels.npy"], new Shape(Images), labels);
    }

    /// <summary>The config's path, after <see cref="WriteConfig"/>.</summary>
    public string Config => folder["config.json"];

    public string this[string name] => folder[name];

    /// <summary>Writes a config: balanced batches of 6 x 4, dropout, Adam, cosine.</summary>
    /// <param name="epochs">Of 4 steps each.</param>
    /// <param name="checkpointEverySteps">Steps between checkpoints.</param>
    /// <param name="model">The network; null for small-cnn.</param>
    public SyntheticRun WriteConfig(int epochs = 8, int checkpointEverySteps = 3, JsonObject? model = null)
    {
        JsonObject config = new()
        {
            ["model"] = model ?? new JsonObject { ["kind"] = "small-cnn", ["embedding"] = 16 },
            ["data"] = new JsonObject
            {
                ["kind"] = "arrays",
                ["images"] = folder["images.npy"],
                ["labels"] = folder["labels.npy"],
            },
            ["sampler"] = new JsonObject { ["kind"] = "balanced", ["classes"] = Classes, ["perClass"] = 4 },
            ["optimizer"] = new JsonObject { ["kind"] = "adam", ["learningRate"] = 0.002 },
            ["schedule"] = new JsonObject { ["kind"] = "cosine" },
            ["train"] = new JsonObject { ["epochs"] = epochs, ["checkpointEverySteps"] = checkpointEverySteps },
            ["evaluate"] = new JsonObject { ["everyEpochs"] = 2 },
        };
        File.WriteAllText(Config, config.ToJsonString());
        return this;
    }

    /// <summary>Writes <c>tests.npy</c> and <c>testLabels.npy</c>, so many black images of two classes.</summary>
    public SyntheticRun WriteTests(int images)
    {
        Npy.Write(folder["tests.npy"], new Shape(images, 1, 28, 28), new float[images * Pixels]);
        int[] labels = [.. Enumerable.Range(0, images).Select(i => i % 2)];
        Npy.Write(folder["testLabels.npy"], new Shape(images), labels);
        return this;
    }

    /// <summary>The metrics of a run without what depends on the clock.</summary>
    public static string[] Metrics(string run) => [.. File.ReadLines(Path.Combine(run, "metrics.jsonl")).Select(line =>
    {
        JsonObject metrics = JsonNode.Parse(line)!.AsObject();
        metrics.Remove("imagesPerSecond");
        metrics.Remove("seconds");
        return metrics.ToJsonString();
    })];

    /// <summary>A copy of a finished run as a process killed after that step would have left it.</summary>
    public static string StoppedAt(string run, int step)
    {
        string copy = $"{run}-{step}";
        foreach (string file in Directory.GetFiles(run, "*", SearchOption.AllDirectories))
        {
            string path = Path.GetRelativePath(run, file);
            if (path == "model.safetensors" || path.StartsWith('.')) continue;
            string to = Path.Combine(copy, path);
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(file, to);
        }
        foreach (string folder in Directory.GetDirectories(Path.Combine(copy, "checkpoints")))
            if (int.Parse(Path.GetFileName(folder)["step-".Length..]) > step) Directory.Delete(folder, recursive: true);
        return copy;
    }

    public void Dispose() => folder.Dispose();
}
