using TripletGpu.Models.Evaluation;
using TripletGpu.Runner.Reports;

namespace TripletGpu.Runner.Evaluation;

/// <summary>What a report can show of very many classes and steps: the part that matters most.</summary>
static class ReportTables
{
    /// <summary>The most rows of a confusion matrix.</summary>
    public const int MostClasses = 30;

    const int MostSteps = 2000;

    /// <summary>
    /// The confusion matrix of all classes where they are few, else of those that are most often taken for another.
    /// </summary>
    public static ConfusionTable? Confusion(NearestNeighbourResult? neighbours)
    {
        if (neighbours is null) return null;
        Dictionary<int, int> wrong = [], rows = [];
        for (int i = 0; i < neighbours.Labels.Length; i++)
        {
            if (neighbours.Predicted(i) is not { } predicted) continue;
            int label = neighbours.Labels[i];
            rows[label] = rows.GetValueOrDefault(label) + 1;
            wrong[label] = wrong.GetValueOrDefault(label) + (predicted == label ? 0 : 1);
        }
        if (rows.Count == 0) return null;
        int[] shown = [.. rows.Keys.OrderByDescending(c => wrong[c]).ThenByDescending(c => (double)wrong[c] / rows[c])
            .ThenBy(c => c).Take(MostClasses).Order()];
        int[][] counts = neighbours.Confusion(shown);
        int[] others = [.. shown.Select((label, row) => rows[label] - counts[row].Sum())];
        return new ConfusionTable(shown, counts, others, rows.Count - shown.Length);
    }

    /// <summary>The course with at most some thousands of points, each the mean of a few steps.</summary>
    public static Course Thinned(Course course)
    {
        int count = course.Step.Length, each = (count + MostSteps - 1) / MostSteps;
        if (each <= 1) return course;
        int points = (count + each - 1) / each;
        return new Course(
            [.. Enumerable.Range(0, points).Select(i => course.Step[Math.Min((i + 1) * each, count) - 1])],
            Means(course.Loss), Means(course.ActiveFraction), Means(course.LearningRate));

        float[] Means(float[] values) => [.. values.Chunk(each).Select(chunk => chunk.Average())];
    }
}
