using System.Globalization;
using System.Text.Json.Serialization;
using TripletGpu.Models.Calibration;
using TripletGpu.Models.Text;

namespace TripletGpu.Models.Evaluation;

/// <summary>
/// Is it one of the enrolled, and who? Strangers are queries of classes that the references do not have. Where there
/// are none, each class in turn is treated as one: its queries against the references without it (of many classes, a
/// tenth at a time). A distance up to the threshold is believed: a false alarm is a stranger who is believed, and DIR,
/// the detection and identification rate, is the share of the others who are believed and rightly named.
/// </summary>
public static class OpenSetProtocol
{
    const int MostFolds = 20, FoldsOfMany = 10;

    /// <summary>Evaluates queries against references, by the nearest reference.</summary>
    /// <param name="device">Where the search runs.</param>
    /// <param name="comparison">The queries and what they are compared with.</param>
    /// <param name="rates">The false alarm rates; those that so few strangers cannot state are left out.</param>
    /// <param name="stopping">Obeyed between searches.</param>
    /// <returns>Null where there is nobody to be named or to be refused, or no rate can be stated.</returns>
    public static OpenSetResult? Evaluate(
        Device device, Comparison comparison, IReadOnlyList<double> rates, CancellationToken stopping = default)
    {
        EmbeddingSet queries = comparison.Queries, references = comparison.References;
        NearestNeighbourResult nearest = NearestNeighbourProtocol.Evaluate(
            device, queries, comparison.IsOneSet ? null : references, stopping);
        int[] known = Enrolled(comparison, queries), strangers = [.. Enumerable.Range(0, queries.Count).Except(known)];
        bool hasStrangers = !comparison.IsOneSet && strangers.Length > 0;
        float[] distances = [.. nearest.Distances];
        if (!hasStrangers)
        {
            if (queries.Labels.Distinct().Count() < 2) return null;
            strangers = [.. Enumerable.Range(0, queries.Count)];
            LeaveOut(device, queries, references, distances, stopping);
        }
        if (known.Length == 0) return null;
        List<OpenSetPoint> points = [];
        foreach (double rate in rates)
        {
            if (!OpenSetCalibration.CanState(strangers.Length, rate)) continue;
            OpenSetCalibration found = OpenSetCalibration.Of(
                [.. strangers.Select(i => distances[i])], [.. strangers.Select(i => queries.Labels[i])],
                [.. known.Select(i => nearest.Predicted(i) == queries.Labels[i]
                    ? nearest.Distances[i] : float.PositiveInfinity)],
                [.. known.Select(i => queries.Labels[i])], rate);
            points.Add(new OpenSetPoint(rate, found.Threshold, found.FalseAlarms, found.Identified!));
        }
        int classes = strangers.Select(i => queries.Labels[i]).Distinct().Count();
        return points.Count == 0 ? null : new OpenSetResult(
            $"{Counted.Of(strangers.Length, "query", "queries")} of {Counted.Of(classes, "class")}"
            + (hasStrangers ? " that the references do not have" : ", each against the references without its class"),
            points);
    }

    /// <summary>The queries that can be named rightly: a row that they are compared with has their class.</summary>
    static int[] Enrolled(Comparison comparison, EmbeddingSet queries)
    {
        Dictionary<int, int> rows = comparison.References.Labels.CountBy(label => label).ToDictionary();
        int needed = comparison.IsOneSet ? 2 : 1;
        return [.. Enumerable.Range(0, queries.Count)
            .Where(i => rows.GetValueOrDefault(queries.Labels[i]) >= needed)];
    }

    /// <summary>The distance of each query to the nearest reference of other classes.</summary>
    static void LeaveOut(
        Device device, EmbeddingSet queries, EmbeddingSet references, float[] distances, CancellationToken stopping)
    {
        int[] labels = [.. references.Labels.Concat(queries.Labels).Distinct().Order()];
        Dictionary<int, int> places = labels.Index().ToDictionary(l => l.Item, l => l.Index);
        int folds = labels.Length <= MostFolds ? labels.Length : FoldsOfMany;
        for (int fold = 0; fold < folds; fold++)
        {
            int[] members = Rows(queries, label => places[label] % folds == fold);
            int[] others = Rows(references, label => places[label] % folds != fold);
            if (members.Length == 0 || others.Length == 0) continue;
            NearestNeighbourResult found = NearestNeighbourProtocol.Evaluate(
                device, queries.Select(members), references.Select(others), stopping);
            for (int i = 0; i < members.Length; i++) distances[members[i]] = found.Distances[i];
        }
    }

    static int[] Rows(EmbeddingSet set, Func<int, bool> counts) =>
        [.. Enumerable.Range(0, set.Count).Where(i => counts(set.Labels[i]))];
}

/// <summary>Naming who is enrolled and refusing who is not.</summary>
/// <param name="Strangers">Who is refused, in words.</param>
/// <param name="Points">By false alarm rate.</param>
public sealed record OpenSetResult(string Strangers, IReadOnlyList<OpenSetPoint> Points)
{
    /// <summary>DIR by the false alarm rate that was asked for.</summary>
    [JsonPropertyOrder(-1)]
    public IReadOnlyDictionary<string, double> DirAtFar { get; } = Points.ToDictionary(
        p => p.Far.ToString("0.####e-0", CultureInfo.InvariantCulture), p => p.Identified.Value);
}

/// <summary>What a threshold on the squared distance gives.</summary>
/// <param name="Far">The false alarm rate that was asked for.</param>
/// <param name="Threshold">The largest distance with no more false alarms.</param>
/// <param name="FalseAlarms">The rate there, with the interval for as many other strangers.</param>
/// <param name="Identified">DIR there.</param>
public sealed record OpenSetPoint(double Far, float Threshold, EstimatedRate FalseAlarms, EstimatedRate Identified);
