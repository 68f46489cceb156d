using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Runs;

/// <summary>A run's <c>best.safetensors</c>, whose metadata say how it was chosen.</summary>
static class BestWeights
{
    const string Step = "step", Part = "part", PrecisionAt1 = "precisionAt1";

    /// <summary>Keeps the weights of the best network so far.</summary>
    public static void Write(RunFolder folder, EmbeddingNetwork network, BestNetwork best)
    {
        Dictionary<string, string> metadata = new()
        {
            [Step] = best.Step.ToString(CultureInfo.InvariantCulture),
            [Part] = best.Part,
        };
        if (best.PrecisionAt1 is { } precision)
            metadata[PrecisionAt1] = precision.ToString("R", CultureInfo.InvariantCulture);
        Weights.Write(folder.Best, network, metadata);
    }

    /// <summary>What a run's best network is; null where there is none, or an older version wrote it.</summary>
    public static BestNetwork? Describe(RunFolder folder)
    {
        if (!File.Exists(folder.Best)) return null;
        using SafeTensors file = SafeTensors.Open(folder.Best);
        if (!long.TryParse(
                file.Metadata.GetValueOrDefault(Step), NumberStyles.None, CultureInfo.InvariantCulture, out long step)
            || !file.Metadata.TryGetValue(Part, out string? part)) return null;
        return new BestNetwork(step, part, double.TryParse(
            file.Metadata.GetValueOrDefault(PrecisionAt1), NumberStyles.Float, CultureInfo.InvariantCulture,
            out double precision) ? precision : null);
    }
}
