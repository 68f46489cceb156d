using TripletGpu.Models;
using TripletGpu.Models.Search;

namespace TripletGpu.Runner.Search;

/// <summary>The rows of an index that are to go.</summary>
static class RowChoice
{
    /// <summary>The rows that stay, ascending.</summary>
    /// <exception cref="UserErrorException">Nothing was named, it does not exist, or nothing would stay.</exception>
    public static int[] Others(IndexFile index, string path, int[] rows, string[] names, string[] classes)
    {
        if (rows.Length + names.Length + classes.Length == 0)
            throw new UserErrorException("index remove needs --row, --name or --class");
        HashSet<int> gone = [.. rows];
        foreach (int row in rows)
            if (row < 0 || row >= index.Header.Rows)
                throw new UserErrorException($"--row {row}: {path} has rows 0 to {index.Header.Rows - 1}");
        foreach (string name in classes)
        {
            int label = index.Classes.Index().Where(c => c.Item == name).Select(c => c.Index)
                .DefaultIfEmpty(-1).First();
            if (label < 0) throw new UserErrorException($"--class {name}: {path} has no such class");
            for (int row = 0; row < index.Labels.Length; row++)
                if (index.Labels[row] == label) gone.Add(row);
        }
        HashSet<string> open = [.. names];
        for (int row = 0; row < index.Header.Rows && names.Length > 0; row++)
            if (index.Name(row) is { } name && names.Contains(name))
            {
                gone.Add(row);
                open.Remove(name);
            }
        if (open.Count > 0) throw new UserErrorException($"--name {open.First()}: {path} has no such row");
        int[] kept = [.. Enumerable.Range(0, index.Header.Rows).Where(row => !gone.Contains(row))];
        return kept.Length > 0 ? kept
            : throw new UserErrorException($"nothing would stay in {path}: delete the file instead");
    }
}
