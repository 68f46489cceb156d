using System.Text.Json;
using TripletGpu.Models;
using TripletGpu.Models.Calibration;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Calibration;

/// <summary>What is kept of a calibration against an index, for a rule.</summary>
/// <param name="By">nearest, mean or vote.</param>
/// <param name="K">Rows that vote.</param>
/// <param name="Threshold">The largest squared distance that is believed.</param>
/// <param name="FalseAlarms">The false alarm rate there.</param>
/// <param name="Identified">DIR there.</param>
sealed record CalibratedRule(string By, int K, float Threshold, EstimatedRate FalseAlarms, EstimatedRate? Identified);

/// <summary>A calibration against an index.</summary>
/// <param name="Far">The false alarm rate that was asked for.</param>
/// <param name="Index">The index.</param>
/// <param name="Rows">Its embeddings.</param>
/// <param name="Classes">Its classes: false alarms become more with them.</param>
/// <param name="ModelHash">Whose embeddings it holds; null: not known.</param>
/// <param name="Strangers">Where those who are not enrolled came from.</param>
/// <param name="Rules">One each.</param>
/// <param name="Warning">What is to be known before the figures are believed; null: nothing.</param>
sealed record IdentificationCalibration(
    double Far, string Index, int Rows, int Classes, string? ModelHash, string Strangers,
    IReadOnlyList<CalibratedRule> Rules, string? Warning = null);

/// <summary>calibration.json: the thresholds of a run, or of an index without one.</summary>
/// <param name="Verification">Of pairs; null: not calibrated.</param>
/// <param name="Identification">Against an index; null: not calibrated.</param>
sealed record CalibrationFile(PairCalibration? Verification, IdentificationCalibration? Identification)
{
    const long MostBytes = 1 << 22;

    /// <summary>The file of a run.</summary>
    public static string In(string run) => Path.Combine(run, "calibration.json");

    /// <summary>Reads a file.</summary>
    /// <exception cref="UserErrorException">There is none, or it is none.</exception>
    public static CalibrationFile Read(string path)
    {
        using FileStream stream = InputFile.Open(path);
        try
        {
            if (stream.Length > MostBytes) throw new JsonException();
            return JsonSerializer.Deserialize<CalibrationFile>(stream, Json.Readable) is { } read
                && read.Identification?.Rules?.Any(rule => rule?.By is null || rule.FalseAlarms is null) != true
                ? read
                : throw new JsonException();
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or NotSupportedException
            or InvalidOperationException or FormatException)
        {
            throw new UserErrorException($"{path} is no calibration: triplet calibrate writes one", exception);
        }
    }

    /// <summary>Puts one part into the file and keeps the other.</summary>
    /// <exception cref="UserErrorException">It cannot be written, or what is there is something else.</exception>
    public static void Put(string path, PairCalibration? verification, IdentificationCalibration? identification)
    {
        CalibrationFile old = File.Exists(path) ? Read(path) : new CalibrationFile(null, null);
        CalibrationFile changed = new(verification ?? old.Verification, identification ?? old.Identification);
        AtomicFile.WriteText(path, JsonSerializer.Serialize(changed, Json.Readable) + "\n");
    }
}
