using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Calibration;
using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Calibration;

/// <summary>
/// A table of pairs with commas or tabs, whose first line names the columns. Pairs are scored (<c>distance</c>, or
/// <c>similarity</c>), or are two image files (<c>image1</c>, <c>image2</c>). Whom they show say <c>person1</c> and
/// <c>person2</c>, or, of images, <c>same</c> (1 or 0): then images are of one person that such pairs connect. Other
/// columns are passed over.
/// </summary>
/// <param name="First">The person of one, counted from 0.</param>
/// <param name="Second">The person of the other.</param>
/// <param name="People">How many people there are.</param>
/// <param name="Distances">Of scored pairs, similarities with the sign turned; null: they are images.</param>
/// <param name="IsSimilarity">Whether these are similarities.</param>
/// <param name="Images">Of image pairs, both files.</param>
sealed record PairTable(
    int[] First, int[] Second, int People, float[]? Distances, bool IsSimilarity,
    IReadOnlyList<(string A, string B)> Images)
{
    static readonly string[] firsts = ["person1", "person_a", "a"], seconds = ["person2", "person_b", "b"];
    static readonly string[] files1 = ["image1", "image_a", "file1", "path1"];
    static readonly string[] files2 = ["image2", "image_b", "file2", "path2"];

    /// <summary>Reads the file.</summary>
    /// <exception cref="UserErrorException">It cannot be read, or a line is no pair.</exception>
    public static PairTable Read(string path)
    {
        ColumnTable table = ColumnTable.Read(path);
        if (table.Heading is null) throw new UserErrorException($"{path} is empty");
        if (table.Columns.Contains("score") && !table.Columns.Any(name => name is "distance" or "similarity"))
            throw new UserErrorException(
                $"{path}: is a score high where two are alike, or low? Call the column similarity or distance");
        Columns at = Columns.Of(table.Columns)
            ?? throw new UserErrorException(
                $"{path}: the first line names the columns person1, person2 and distance (or similarity), or image1,"
                + $" image2 and same (or person1 and person2), not \"{table.Heading}\"");
        table.Check(fields => at.Fault(fields, table.Columns));
        string[][] rows = [.. table.Rows.Select(row => row.Fields)];
        if (rows.Length == 0) throw new UserErrorException($"{path} has no pairs");
        PeopleNumbers people = new();
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        (string A, string B)[] images = at.Image1 < 0 ? []
            : [.. rows.Select(row => (Path.Combine(folder, row[at.Image1]), Path.Combine(folder, row[at.Image2])))];
        (int First, int Second)[] pairs = at.Person1 >= 0
            ? [.. rows.Select(row => (people.Of(row[at.Person1]), people.Of(row[at.Person2])))]
            : Connected(images, [.. rows.Select(row => Columns.Truth(row[at.Same])!.Value)], people, path);
        return new PairTable(
            [.. pairs.Select(p => p.First)], [.. pairs.Select(p => p.Second)], people.Count,
            at.Score < 0 ? null : [.. rows.Select(row => at.Scored(row)!.Value)], at.IsSimilarity, images);
    }

    /// <summary>What was found of the distances, in what the table has.</summary>
    public PairCalibration InItsMeasure(PairCalibration found) =>
        Distances is null ? found : IsSimilarity ? found.OfSimilarities() : found with { Measure = "distance" };

    /// <summary>People by the pairs of one person: images that a chain of them connects show one.</summary>
    static (int, int)[] Connected((string A, string B)[] images, bool[] isSame, PeopleNumbers people, string path)
    {
        Dictionary<string, string> parents = [];
        for (int i = 0; i < images.Length; i++)
            if (isSame[i]) parents[Root(images[i].A)] = Root(images[i].B);
        for (int i = 0; i < images.Length; i++)
            if (!isSame[i] && Root(images[i].A) == Root(images[i].B))
                throw new UserErrorException(
                    $"{path}: {images[i].A} and {images[i].B} are not the same, but other pairs say that both are the"
                    + " same as others that connect them");
        return [.. images.Select(pair => (people.Of(Root(pair.A)), people.Of(Root(pair.B))))];

        string Root(string image)
        {
            while (parents.TryGetValue(image, out string? next) && next != image) image = next;
            return image;
        }
    }

    /// <summary>Numbers people.</summary>
    sealed class PeopleNumbers
    {
        readonly Dictionary<string, int> numbers = [];

        public int Count => numbers.Count;

        public int Of(string name)
        {
            if (!numbers.TryGetValue(name, out int found)) numbers[name] = found = numbers.Count;
            return found;
        }
    }

    /// <summary>Where the columns are; -1: there is none.</summary>
    sealed record Columns(int Person1, int Person2, int Score, bool IsSimilarity, int Image1, int Image2, int Same)
    {
        /// <summary>Null where the names do not make pairs.</summary>
        public static Columns? Of(string[] names)
        {
            int distance = Find(["distance"]), similarity = Find(["similarity"]);
            Columns found = new(
                Find(firsts), Find(seconds), distance >= 0 ? distance : similarity, distance < 0 && similarity >= 0,
                Find(files1), Find(files2), Find(["same", "issame", "is_same", "label"]));
            bool hasPeople = found is { Person1: >= 0, Person2: >= 0 };
            if (!hasPeople) found = found with { Person1 = -1, Person2 = -1 };
            if (found.Score >= 0 && hasPeople) return found with { Image1 = -1, Image2 = -1 };
            return found is { Image1: >= 0, Image2: >= 0 } && (hasPeople || found.Same >= 0)
                ? found with { Score = -1 } : null;

            int Find(string[] wanted) => Array.FindIndex(names, wanted.Contains);
        }

        public string? Fault(string[] fields, string[] names) =>
            Score >= 0 && Scored(fields) is null ? $"there should be a number under {names[Score]}"
            : Score >= 0 && !IsSimilarity && Scored(fields) < 0 ? $"no distance is below 0, as {names[Score]} is"
            : Person1 < 0 && Truth(fields[Same]) is null ? $"there should be 1 or 0 under {names[Same]}"
            : null;

        public float? Scored(string[] fields) =>
            float.TryParse(fields[Score], NumberStyles.Float, CultureInfo.InvariantCulture, out float score)
                && float.IsFinite(score) ? (IsSimilarity ? -score : score) : null;

        public static bool? Truth(string field) => field.ToLowerInvariant() switch
        {
            "1" or "true" or "yes" or "same" => true,
            "0" or "-1" or "false" or "no" or "different" => false,
            _ => null,
        };
    }
}
