using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Data;

/// <summary>
/// Labels without gaps for the ids that classes have in files: any integers of 64 bits, as face sets and hashes give
/// them. The smallest id becomes 0.
/// </summary>
/// <param name="Ids">By label, ascending.</param>
sealed record ClassIds(long[] Ids)
{
    /// <summary>The names of the classes: their ids.</summary>
    public string[] Names => Array.ConvertAll(Ids, id => id.ToString(CultureInfo.InvariantCulture));

    /// <summary>The ids of all parts of a data set together.</summary>
    public static ClassIds Of(params IEnumerable<long[]> parts) =>
        new([.. parts.SelectMany(p => p).Distinct().Order()]);

    /// <summary>The label of each id.</summary>
    public int[] Labels(long[] ids)
    {
        Dictionary<long, int> labels = [];
        for (int i = 0; i < Ids.Length; i++) labels[Ids[i]] = i;
        return Array.ConvertAll(ids, id => labels[id]);
    }

    /// <summary>Reads the ids of so many rows of another file.</summary>
    /// <exception cref="UserErrorException">They are not [n], or no integers.</exception>
    public static long[] Read(string path, int count, string rowsPath)
    {
        NpyArray<long> labels = Npy.ReadLongs(path);
        if (labels.Shape == new Shape(count) || labels.Shape == new Shape(count, 1)) return labels.Values;
        string hint = labels.Shape.Rank == 2 && labels.Shape[0] == count
            ? "; of one-hot rows numpy makes them by labels.argmax(axis=1)"
            : "";
        throw new UserErrorException(
            $"{path} has shape {labels.Shape}, but {rowsPath} has {Counted.Of(count, "row")}; labels are"
            + $" [{count}]{hint}");
    }
}
