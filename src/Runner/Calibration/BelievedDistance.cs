using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Search;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Calibration;

/// <summary>Up to which distance somebody is named.</summary>
/// <param name="Threshold">The largest squared distance that is believed.</param>
/// <param name="From">Where that comes from, for people.</param>
sealed record BelievedDistance(float Threshold, string From)
{
    /// <summary>The threshold that was given, or the calibrated one.</summary>
    /// <exception cref="UserErrorException">There is none, or it is of another model, rule or index.</exception>
    public static BelievedDistance Find(
        double? given, string? file, string? run, IndexHeader index, string path, IdentifyBy by, int k)
    {
        if (given is { } threshold)
            return threshold >= 0 ? new BelievedDistance((float)threshold, "--threshold")
                : throw new UserErrorException($"--threshold is a squared distance, 0 or more, not {threshold}");
        string? folder = run ?? index.Model?.Run;
        string? source = file ?? (folder is null ? null : CalibrationFile.In(folder));
        string how = $"triplet calibrate --index {path} --data IMAGES --far 0.01"
            + (source is null ? " --out FILE, and --calibration FILE here" : "");
        if (source is null || file is null && !File.Exists(source))
            throw new UserErrorException($"nothing says how near is near enough: give --threshold T, or first {how}");
        if (CalibrationFile.Read(source).Identification is not { } calibrated)
            throw new UserErrorException(
                $"{source} is calibrated for pairs; against {Counted.Of(index.Classes, "class")} false alarms are"
                + $" more: {how}");
        if (calibrated.ModelHash != index.Model?.Hash)
            throw new UserErrorException($"{source} was calibrated with another model than {path}'s: {how}");
        string word = Words.Of(by);
        CalibratedRule rule = calibrated.Rules.FirstOrDefault(
            r => r.By == word && (by != IdentifyBy.Vote || r.K == k))
            ?? throw new UserErrorException($"{source} is not calibrated for --by {word} --k {k}: {how}");
        string grown = calibrated.Rows == index.Rows && calibrated.Classes == index.Classes ? ""
            : $"; calibrated against {Counted.Of(calibrated.Classes, "class")} in"
                + $" {Counted.Of(calibrated.Rows, "row")}, there are now {index.Classes} in {index.Rows}";
        return new BelievedDistance(rule.Threshold, string.Create(CultureInfo.InvariantCulture,
            $"false alarm rate {rule.FalseAlarms.Value:0.####} ({rule.FalseAlarms.Low:0.####} to"
            + $" {rule.FalseAlarms.High:0.####}) by {source}{grown}"));
    }
}
