using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Evaluation;

/// <summary>
/// The pairs of Labeled Faces in the Wild: <c>pairs.txt</c> names people and the numbers of their photographs, which
/// are called <c>Name/Name_0001.jpg</c>. Its first line gives the folds and the pairs of each kind in one; a line of
/// three fields is a pair of one person, a line of four a pair of two.
/// </summary>
/// <param name="Files">The photographs, each once.</param>
/// <param name="First">The first of each pair, in <paramref name="Files"/>.</param>
/// <param name="Second">The second of each pair.</param>
/// <param name="IsSame">Whether they show one person.</param>
sealed record FacePairs(IReadOnlyList<string> Files, int[] First, int[] Second, bool[] IsSame)
{
    const int Folds = 10;
    static readonly string[] Extensions = [".jpg", ".JPG", ".png", ".PNG", ".jpeg", ".JPEG"];

    /// <summary>Reads the file and finds the photographs.</summary>
    /// <param name="path">pairs.txt.</param>
    /// <param name="folder">With one folder a person.</param>
    /// <exception cref="UserErrorException">
    /// A line is no pair, a photograph is missing, or there are too few.
    /// </exception>
    public static FacePairs Read(string path, string folder)
    {
        Dictionary<string, int> places = [];
        List<int> first = [], second = [];
        List<bool> isSame = [];
        using StreamReader reader = new(InputFile.Open(path));
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            string[] fields = line.Split((char[])['\t', ' '], StringSplitOptions.RemoveEmptyEntries);
            // "10 300", or "300" for a single fold.
            if (fields.Length == 0 || number == 1 && fields.Length <= 2 && fields.All(f => int.TryParse(f, out _)))
                continue;
            string place = $"{path}, line {number}";
            if (fields.Length is not (3 or 4))
                throw new UserErrorException(
                    $"{place}: a pair is \"name 1 2\" or \"name 1 name 2\", not \"{line.Trim()}\"");
            string other = fields[fields.Length == 3 ? 0 : 2];
            first.Add(Place(fields[0], fields[1], place));
            second.Add(Place(other, fields[^1], place));
            isSame.Add(other == fields[0]);
        }
        if (isSame.Count < Folds)
            throw new UserErrorException(
                $"{path} has {Counted.Of(isSame.Count, "pair")}; {Folds} folds need {Folds} at least");
        return new FacePairs(
            [.. places.OrderBy(p => p.Value).Select(p => p.Key)], [.. first], [.. second], [.. isSame]);

        int Place(string name, string photograph, string place)
        {
            string file = Find(folder, name, photograph, place);
            if (!places.TryGetValue(file, out int found)) places[file] = found = places.Count;
            return found;
        }
    }

    static string Find(string folder, string name, string photograph, string place)
    {
        if (!int.TryParse(photograph, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            || name.Contains("..", StringComparison.Ordinal) || name.AsSpan().IndexOfAny('/', '\\') >= 0)
            throw new UserErrorException(
                $"{place}: \"{name} {photograph}\" is no photograph; one is a name and a number");
        string stem = Path.Combine(folder, name, string.Create(CultureInfo.InvariantCulture, $"{name}_{number:0000}"));
        return Extensions.Select(extension => stem + extension).FirstOrDefault(File.Exists)
            ?? throw new UserErrorException(
                $"{place}: there is no {stem}.jpg or .png; evaluate.pairsImages names the folder of people");
    }
}
