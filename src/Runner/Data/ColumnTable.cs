using TripletGpu.Models;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Data;

/// <summary>
/// A text file of fields between commas or tabs, whose first line names the columns. Blanks around fields, and empty
/// lines, are passed over.
/// </summary>
/// <param name="Path">The file.</param>
/// <param name="Heading">The first line as it stands there; null: the file is empty.</param>
/// <param name="Columns">The names in it, in small letters.</param>
/// <param name="Rows">The other lines.</param>
sealed record ColumnTable(
    string Path, string? Heading, string[] Columns, IReadOnlyList<ColumnTable.Row> Rows)
{
    /// <summary>A line below the heading: as many fields as there are columns.</summary>
    /// <param name="Line">Counted from 1, the heading's.</param>
    /// <param name="Text">The line as it stands there.</param>
    /// <param name="Fields">What is between its commas.</param>
    public readonly record struct Row(int Line, string Text, string[] Fields);

    /// <summary>Reads the file.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static ColumnTable Read(string path)
    {
        using StreamReader reader = new(InputFile.Open(path));
        string? heading = reader.ReadLine();
        char comma = heading?.Contains('\t') == true ? '\t' : ',';
        List<Row> rows = [];
        for (int line = 2; reader.ReadLine() is { } text; line++)
            if (text.Length > 0) rows.Add(new Row(line, text, Split(text, comma)));
        return new ColumnTable(path, heading, Split((heading ?? "").ToLowerInvariant(), comma), rows);
    }

    /// <summary>The first line with another number of fields than there are columns, or that has the fault.</summary>
    /// <param name="fault">What is wrong with a line's fields; null: nothing.</param>
    /// <exception cref="UserErrorException">There is such a line.</exception>
    public void Check(Func<string[], string?>? fault = null)
    {
        foreach (Row row in Rows)
        {
            string? wrong = row.Fields.Length != Columns.Length ? $"there should be {Columns.Length} fields"
                : fault?.Invoke(row.Fields);
            if (wrong is not null) throw new UserErrorException($"{Path}, line {row.Line}: {wrong}: \"{row.Text}\"");
        }
    }

    static string[] Split(string line, char comma) => [.. line.Split(comma).Select(field => field.Trim())];
}
