using Microsoft.VisualBasic.FileIO;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Data;

/// <summary>
/// A text file of fields between commas or tabs, whose first line names the columns: RFC 4180, so that a field may be
/// quoted. Blanks around fields, and empty lines, are passed over.
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
    /// <param name="Fields">What is between its commas.</param>
    public readonly record struct Row(int Line, string[] Fields);

    /// <summary>Reads the file.</summary>
    /// <exception cref="UserErrorException">It cannot be read.</exception>
    public static ColumnTable Read(string path)
    {
        using StreamReader reader = new(InputFile.Open(path));
        string? heading = reader.ReadLine();
        if (heading is null) return new ColumnTable(path, null, [], []);
        string comma = heading.Contains('\t') ? "\t" : ",";
        string[] columns = [.. Fields(new StringReader(heading), comma, path, 0).SelectMany(row => row.Fields)];
        return new ColumnTable(
            path, heading, [.. columns.Select(name => name.ToLowerInvariant())], [.. Fields(reader, comma, path, 1)]);
    }

    /// <summary>The fields of each line.</summary>
    /// <param name="before">Lines before the first that is read.</param>
    static IEnumerable<Row> Fields(TextReader reader, string comma, string path, int before)
    {
        using TextFieldParser parser = new(reader) { Delimiters = [comma] };
        while (!parser.EndOfData)
        {
            // Past the empty ones; a quoted field may end on a later line.
            int line = before + (int)parser.LineNumber;
            string[] fields;
            try
            {
                fields = parser.ReadFields()!;
            }
            catch (MalformedLineException)
            {
                throw new UserErrorException($"{path}, line {line}: a quoted field does not end: {parser.ErrorLine}");
            }
            yield return new Row(line, fields);
        }
    }

    /// <summary>The first line with another number of fields than there are columns, or that has the fault.</summary>
    /// <param name="fault">What is wrong with a line's fields; null: nothing.</param>
    /// <exception cref="UserErrorException">There is such a line.</exception>
    public void Check(Func<string[], string?>? fault = null)
    {
        foreach (Row row in Rows)
        {
            string? wrong = row.Fields.Length != Columns.Length
                ? $"there should be {Counted.Of(Columns.Length, "field")}"
                : fault?.Invoke(row.Fields);
            if (wrong is not null)
                throw new UserErrorException(
                    $"{Path}, line {row.Line}: {wrong}: \"{string.Join(',', row.Fields)}\"");
        }
    }
}
