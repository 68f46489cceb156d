using System.Globalization;
using System.Text.RegularExpressions;
using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Embedding;

namespace TripletGpu.Runner.Explaining;

/// <summary>One image by its argument: a file, or <c>INPUT[n]</c>, one of a folder, an .npy or a data set.</summary>
static partial class ImageArgument
{
    /// <summary>The image's pixels, C H W in [0, 1], as the run's network takes them.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or there are several.</exception>
    public static float[] Read(string argument, RunConfig run, Action<string> log)
    {
        string input = argument;
        int? number = null;
        if (!File.Exists(argument) && !Directory.Exists(argument)
            && Numbered().Match(argument) is { Success: true } parts)
        {
            input = parts.Groups["input"].Value;
            number = int.Parse(parts.Groups["number"].Value, NumberStyles.None, CultureInfo.InvariantCulture);
        }
        EmbeddingInput opened = EmbeddingInput.Open(input, run, isStrict: true, log);
        int count = opened.Images.Count;
        if (number is null && count != 1)
            throw new UserErrorException(
                $"{argument} has {Counted.Of(count, "image")}, and explain takes one: \"{argument}[0]\" is its first");
        if (number >= count)
            throw new UserErrorException($"{argument}: {input} has {Counted.Of(count, "image")}, 0 to {count - 1}");
        float[] pixels = new float[opened.Images.ImageShape.Count];
        opened.Images.CopyImage(number ?? 0, pixels);
        return pixels;
    }

    [GeneratedRegex(@"^(?<input>.+)\[(?<number>\d{1,9})\]$")]
    private static partial Regex Numbered();
}
