using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;

namespace TripletGpu.Runner.Evaluation;

/// <summary>
/// A table of metadata with commas or tabs, whose first line names the columns, one of which says the group. Its lines
/// are of classes (a column <c>class</c>), of images (<c>image</c>: the end of their paths), or of the test's rows in
/// their order.
/// </summary>
static class GroupTable
{
    /// <summary>The group of each image; null where the table does not say.</summary>
    /// <param name="path">The table.</param>
    /// <param name="column">The column that says the group; null: the only one that is left.</param>
    /// <param name="images">The test's images.</param>
    /// <exception cref="UserErrorException">It cannot be read, or does not belong to these images.</exception>
    public static string?[] Read(string path, string? column, IImageDataset images)
    {
        ColumnTable table = ColumnTable.Read(path);
        if (table.Rows.Count == 0) throw new UserErrorException($"{path} has no lines below its heading");
        string[] columns = table.Columns;
        int byClass = Array.FindIndex(columns, name => name is "class" or "person" or "label");
        int byImage = Array.FindIndex(columns, name => name is "image" or "file" or "path");
        int[] others = [.. Enumerable.Range(0, columns.Length).Where(c => c != byClass && c != byImage)];
        string? word = column?.ToLowerInvariant();
        int group = word is not null ? Array.IndexOf(columns, word) : others.Length == 1 ? others[0] : -1;
        if (group < 0)
            throw new UserErrorException(column is null
                ? $"{path} has the columns {string.Join(", ", columns)}: --by names the one with the group"
                : $"{path} has no column {column}, but {string.Join(", ", columns)}"
                    + (Spelling.Nearest(column, columns) is { } near ? $"; did you mean {near}?" : ""));
        table.Check();
        string[][] rows = [.. table.Rows.Select(row => row.Fields)];
        string?[] found = byImage >= 0 && byImage != group ? ByImage(rows, byImage, group, images, path)
            : byClass >= 0 && byClass != group ? ByClass(rows, byClass, group, images, path)
            : rows.Length == images.Count ? [.. rows.Select(row => row[group])]
            : throw new UserErrorException(string.Create(CultureInfo.InvariantCulture,
                $"{path} has {Counted.Of(rows.Length, "line")}, but {images.Name} {Counted.Of(images.Count, "image")}:"
                + $" with a column class")
                + $" or image a line tells whom it is of");
        return found.Any(name => name is not null) ? found
            : throw new UserErrorException(
                $"{path}: not one line is of a{(byImage >= 0 ? "n image" : " class")} of {images.Name}");
    }

    static string?[] ByClass(string[][] rows, int key, int group, IImageDataset images, string path)
    {
        Dictionary<string, string> groups = Groups(rows, row => row[key], group, path);
        string?[] found = new string?[images.Count];
        for (int i = 0; i < found.Length; i++)
            found[i] = groups.GetValueOrDefault(images.ClassNames[images.Labels[i]]);
        return found;
    }

    /// <summary>A table may name images by any number of the last parts of their paths.</summary>
    static string?[] ByImage(string[][] rows, int key, int group, IImageDataset images, string table)
    {
        Dictionary<string, string> groups = Groups(rows, row => Normal(row[key]), group, table);
        string?[] found = new string?[images.Count];
        for (int i = 0; i < found.Length; i++)
        {
            if (images.PathOf(i) is not { } path)
                throw new UserErrorException(
                    $"the images of {images.Name} have no files that a column image could name: give a column class, or"
                    + " a line for each in their order");
            string rest = Normal(path);
            while (!groups.TryGetValue(rest, out found[i]) && rest.Contains('/'))
                rest = rest[(rest.IndexOf('/') + 1)..];
        }
        return found;
    }

    /// <summary>The group of each key, which must be one.</summary>
    static Dictionary<string, string> Groups(string[][] rows, Func<string[], string> key, int group, string path)
    {
        Dictionary<string, string> groups = [];
        foreach (string[] row in rows)
        {
            string member = key(row);
            if (!groups.TryAdd(member, row[group]) && groups[member] is var other && other != row[group])
                throw new UserErrorException($"{path}: {member} stands in two groups, {other} and {row[group]}");
        }
        return groups;
    }

    static string Normal(string path)
    {
        string plain = path.Replace('\\', '/');
        return plain.StartsWith("./", StringComparison.Ordinal) ? plain[2..] : plain;
    }
}
