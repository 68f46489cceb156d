using TripletGpu.Models.Calibration;

namespace TripletGpu.Models.Evaluation;

/// <summary>
/// The figures of parts of the queries, such as by sex, age or camera: a mean over all hides that a threshold which is
/// safe for most is not for some. Pairs are of two queries of one group, all at one threshold.
/// </summary>
public static class GroupProtocol
{
    // Half a million pairs in each group.
    const int MostRows = 1000;

    /// <summary>Measures each group.</summary>
    /// <param name="queries">What is judged.</param>
    /// <param name="neighbours">Their nearest references; null: no precision at 1.</param>
    /// <param name="groups">The group of each query; null: it is in none.</param>
    /// <param name="classes">One more than the largest label.</param>
    /// <param name="far">The false accept rate of all of them at the threshold that groups are measured at.</param>
    /// <exception cref="UserErrorException">Their pairs cannot state such a rate.</exception>
    public static GroupResult Evaluate(
        EmbeddingSet queries, NearestNeighbourResult? neighbours, IReadOnlyList<string?> groups, int classes,
        double far)
    {
        int[] all = [.. Enumerable.Range(0, queries.Count).Where(i => groups[i] is not null)];
        float threshold = PairCalibration.Of(Pairs(queries, all, classes), far).Threshold;
        GroupFigures[] figures =
        [
            .. all.GroupBy(i => groups[i]!).OrderBy(g => g.Key, StringComparer.Ordinal).Select(group =>
            {
                int[] rows = [.. group];
                PairScores pairs = Pairs(queries, rows, classes);
                PairScores same = pairs.Only(same: true), different = pairs.Only(same: false);
                int[] judged = neighbours is null ? [] : [.. rows.Where(i => neighbours.Neighbours[i] >= 0)];
                return new GroupFigures(
                    group.Key, rows.Length, rows.Select(i => queries.Labels[i]).Distinct().Count(),
                    judged.Length == 0 ? null
                        : (double)judged.Count(i => neighbours!.Predicted(i) == queries.Labels[i]) / judged.Length,
                    same.Distances.Length == 0 ? null : same.Accepted(threshold),
                    different.Distances.Length == 0 ? null : different.Accepted(threshold));
            }),
        ];
        return new GroupResult(far, threshold, figures)
        {
            Ungrouped = queries.Count - all.Length,
        };
    }

    /// <summary>The pairs of some rows; of an even part where there are many: classes in turn.</summary>
    static PairScores Pairs(EmbeddingSet queries, int[] rows, int classes)
    {
        int[] drawn = [.. rows.GroupBy(row => queries.Labels[row])
            .SelectMany(g => g.Select((row, place) => (row, place)))
            .OrderBy(r => r.place).Take(MostRows).Select(r => r.row)];
        return AllPairs.Of(queries.Select(drawn), classes);
    }
}

/// <summary>The figures by group.</summary>
/// <param name="Far">The false accept rate that was asked for, of all together.</param>
/// <param name="Threshold">The largest squared distance with no higher one: all groups are measured at it.</param>
/// <param name="Groups">In the order of their names.</param>
public sealed record GroupResult(double Far, float Threshold, IReadOnlyList<GroupFigures> Groups)
{
    /// <summary>The queries that are in no group.</summary>
    public int Ungrouped { get; init; }
}

/// <summary>The figures of a group.</summary>
/// <param name="Group">What it is called.</param>
/// <param name="N">Its queries.</param>
/// <param name="Classes">Their classes.</param>
/// <param name="PrecisionAt1">The share of them whose nearest reference is of their class; null: not measured.</param>
/// <param name="Val">The share of pairs of one class that are accepted; null without such pairs.</param>
/// <param name="Far">The share of pairs of two classes that are accepted.</param>
public sealed record GroupFigures(
    string Group, int N, int Classes, double? PrecisionAt1, EstimatedRate? Val, EstimatedRate? Far);
