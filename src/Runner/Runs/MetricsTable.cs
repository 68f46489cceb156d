using System.Text;
using System.Text.Json;

namespace TripletGpu.Runner.Runs;

/// <summary>
/// metrics.csv: metrics.jsonl as a table for spreadsheets and data frames. Its columns are always these, in this order;
/// a field is empty where a step has no such figure, or one that is not finite.
/// </summary>
static class MetricsTable
{
    static readonly string[] columns =
    [
        "step", "epoch", "loss", "learningRate", "pairs", "active", "hard", "semiHard", "easy", "spread", "normP05",
        "normP95", "effectiveRank", "accuracy", "phase", "imagesPerSecond", "seconds",
    ];

    /// <summary>The first line, with its end.</summary>
    public static byte[] Header { get; } = Encoding.UTF8.GetBytes(string.Join(',', columns) + "\n");

    /// <summary>The line of a step, with its end; numbers are written as in metrics.jsonl, digit by digit.</summary>
    /// <param name="json">The step's object.</param>
    public static byte[] Row(ReadOnlySpan<byte> json)
    {
        byte[]?[] fields = new byte[]?[columns.Length];
        Utf8JsonReader reader = new(json);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName) continue;
            int column = Array.IndexOf(columns, reader.GetString());
            reader.Read();
            if (column >= 0 && reader.TokenType == JsonTokenType.Number) fields[column] = reader.ValueSpan.ToArray();
        }
        using MemoryStream line = new();
        for (int i = 0; i < fields.Length; i++)
        {
            if (i > 0) line.WriteByte((byte)',');
            line.Write(fields[i]);
        }
        line.WriteByte((byte)'\n');
        return line.ToArray();
    }
}
