using TripletGpu.Models;
using TripletGpu.Models.Calibration;
using TripletGpu.Models.Search;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Search;

namespace TripletGpu.Runner.Calibration;

/// <summary>
/// Calibrates identification against an index, for each rule. Images of classes that the index does not have are the
/// strangers. Where there are none, each class in turn is treated as one: its images against the index without it (of
/// many classes, a tenth at a time). That is honest for a network that has not been trained on these classes.
/// </summary>
static class IndexCalibration
{
    const int MostFolds = 20, FoldsOfMany = 10;

    const string KnownClasses =
        "If the network was trained on these classes, real strangers are named more often: images of classes that are"
        + " neither trained on nor enrolled, beside these in --data, tell how often";

    /// <summary>Calibrates all rules.</summary>
    /// <exception cref="UserErrorException">The images have no classes, or are too few.</exception>
    public static IdentificationCalibration Of(
        Device device, IndexFile index, string path, Queries probes, string source, int k, double far)
    {
        Dictionary<string, int> enrolled = index.Classes.Index().ToDictionary(c => c.Item, c => c.Index);
        string[] names = [.. Enumerable.Range(0, probes.Count).Select(probes.Class).OfType<string>().Distinct()];
        Dictionary<string, int> places = names.Index().ToDictionary(c => c.Item, c => c.Index);
        int[] rows = [.. Enumerable.Range(0, probes.Count).Where(row => probes.Class(row) is not null)];
        if (rows.Length == 0)
            throw new UserErrorException(
                $"{source} has no classes, so nobody can tell who is enrolled: --labels names them, or a folder each");
        int[] classes = [.. rows.Select(row => places[probes.Class(row)!])];
        int[] labels = [.. rows.Select(row => enrolled.GetValueOrDefault(probes.Class(row)!, -1))];
        int d = index.Header.Dimension;
        float[] values = new float[rows.Length * d];
        for (int i = 0; i < rows.Length; i++)
            probes.Values.AsSpan(rows[i] * d, d).CopyTo(values.AsSpan(i * d));
        bool hasStrangers = labels.Contains(-1);
        CalibratedRule[] rules =
        [
            .. Enum.GetValues<IdentifyBy>().Select(by => Rule(device, index, values, labels, classes, by, k, far)),
        ];
        return new IdentificationCalibration(
            far, Path.GetFullPath(path), index.Header.Rows, index.Header.Classes, index.Header.Model?.Hash,
            hasStrangers
                ? $"{Counted.Of(labels.Count(label => label < 0), "image")} of"
                    + $" {Counted.Of(classes.Where((_, i) => labels[i] < 0).Distinct().Count(), "class")} that are not"
                    + " enrolled"
                : $"{Counted.Of(labels.Length, "image")} of {Counted.Of(names.Length, "enrolled class")}, each against"
                    + " the index without it",
            rules, hasStrangers ? null : KnownClasses);
    }

    static CalibratedRule Rule(
        Device device, IndexFile index, float[] values, int[] labels, int[] classes, IdentifyBy by, int k, double far)
    {
        int d = index.Header.Dimension;
        Identified all = Identification.Identify(device, index, values, by, k);
        int[] known = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] >= 0)];
        int[] strangers = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] < 0)];
        float[] distances = [.. all.Distances];
        if (strangers.Length == 0)
        {
            strangers = known;
            int folds = index.Header.Classes <= MostFolds ? index.Header.Classes : FoldsOfMany;
            for (int fold = 0; fold < folds; fold++)
            {
                int[] members = [.. known.Where(i => labels[i] % folds == fold)];
                if (members.Length == 0) continue;
                float[] part = new float[members.Length * d];
                for (int i = 0; i < members.Length; i++)
                    values.AsSpan(members[i] * d, d).CopyTo(part.AsSpan(i * d));
                int without = fold;
                Identified others = Identification.Identify(
                    device, index, part, by, k, label => label % folds != without);
                for (int i = 0; i < members.Length; i++) distances[members[i]] = others.Distances[i];
            }
        }
        OpenSetCalibration result = OpenSetCalibration.Of(
            [.. strangers.Select(i => distances[i])], [.. strangers.Select(i => classes[i])],
            [.. known.Select(i => all.Labels[i] == labels[i] ? all.Distances[i] : float.PositiveInfinity)],
            [.. known.Select(i => classes[i])], far);
        return new CalibratedRule(Words.Of(by), k, result.Threshold, result.FalseAlarms, result.Identified);
    }
}
