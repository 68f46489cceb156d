using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Calibration;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Calibration;

/// <summary>
/// Pairs as a table with commas or tabs. Its first line names the columns: <c>person1</c> and <c>person2</c>, and
/// <c>distance</c>, or <c>similarity</c> (larger is more alike); other columns are passed over.
/// </summary>
static class PairFile
{
    static readonly string[] firsts = ["person1", "person_a", "a"], seconds = ["person2", "person_b", "b"];

    /// <summary>Reads the file.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or a line is no pair.</exception>
    public static PairScores Read(string path)
    {
        using StreamReader reader = new(InputFile.Open(path));
        string head = reader.ReadLine() ?? throw new UserErrorException($"{path} is empty");
        char comma = head.Contains('\t') ? '\t' : ',';
        string[] columns = [.. head.Split(comma).Select(c => c.Trim().ToLowerInvariant())];
        int a = Find(firsts), b = Find(seconds), d = Find(["distance", "score"]), s = Find(["similarity"]);
        if (a < 0 || b < 0 || d < 0 && s < 0)
            throw new UserErrorException(
                $"{path}: the first line names the columns person1, person2 and distance (or similarity), not"
                + $" \"{head}\"");
        Dictionary<string, int> people = [];
        List<int> first = [], second = [];
        List<float> distances = [];
        for (int line = 2; reader.ReadLine() is { } text; line++)
        {
            if (text.Length == 0) continue;
            string[] fields = text.Split(comma);
            if (fields.Length != columns.Length || !float.TryParse(
                fields[d >= 0 ? d : s], NumberStyles.Float, CultureInfo.InvariantCulture, out float score)
                || !float.IsFinite(score))
                throw new UserErrorException(
                    $"{path}, line {line}: there should be {columns.Length} fields, with a number under"
                    + $" {columns[d >= 0 ? d : s]}: \"{text}\"");
            first.Add(Person(fields[a]));
            second.Add(Person(fields[b]));
            distances.Add(d >= 0 ? score : -score);
        }
        if (first.Count == 0) throw new UserErrorException($"{path} has no pairs");
        return new PairScores([.. first], [.. second], [.. distances], people.Count);

        int Find(string[] names) => Array.FindIndex(columns, names.Contains);

        int Person(string name)
        {
            name = name.Trim();
            if (!people.TryGetValue(name, out int found)) people[name] = found = people.Count;
            return found;
        }
    }
}
