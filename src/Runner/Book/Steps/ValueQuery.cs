using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using TripletGpu.Models;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Book.Steps;

/// <summary>A part of a value as the command line names it: <c>conv1.map[3,7,10:12,10:12]</c>, ends left out.</summary>
static partial class ValueQuery
{
    /// <summary>The numbers, a line for each along the last axis, so that they read back as they were.</summary>
    /// <exception cref="UserErrorException">There is no such value, or no such part of it.</exception>
    public static string Read(WalkedStep step, string query)
    {
        Match match = Form().Match(query);
        if (!match.Success)
            throw new UserErrorException($"{query}: write a name, or a name with places: conv1.weight[0,0,0:3,0:3]");
        string name = match.Groups["name"].Value;
        NamedValue value = step.Values.FirstOrDefault(v => v.Name == name)
            ?? throw new UserErrorException($"the step has no {name}; triplet kernels step lists what there is"
                + (Spelling.Nearest(name, step.Values.Select(v => v.Name)) is { } near
                    ? $"; did you mean {near}?" : ""));
        string[] places = match.Groups["places"].Success ? match.Groups["places"].Value.Split(',') : [];
        if (places.Length > value.Shape.Length)
            throw new UserErrorException($"{query}: {name} has {value.Shape.Length} axes, {Words(value.Shape)}");
        (int First, int End)[] ranges =
        [
            .. value.Shape.Select((extent, axis) =>
                axis < places.Length ? Range(query, places[axis], extent) : (0, extent)),
        ];
        StringBuilder text = new();
        Write(text, value, ranges, 0, 0);
        if (text.Length == 0 || text[^1] != '\n') text.Append('\n');
        return text.ToString();
    }

    /// <summary>Extents as people write them.</summary>
    public static string Words(int[] shape) => shape.Length == 0 ? "a number" : string.Join(" x ", shape);

    /// <summary>A number that reads back as it was.</summary>
    public static string Text(float number) => number.ToString("R", CultureInfo.InvariantCulture);

    static void Write(StringBuilder text, NamedValue value, (int First, int End)[] ranges, int axis, int offset)
    {
        if (axis == ranges.Length)
        {
            if (text.Length > 0 && text[^1] != '\n') text.Append(' ');
            text.Append(Text(value.Numbers[offset]));
            return;
        }
        for (int i = ranges[axis].First; i < ranges[axis].End; i++)
            Write(text, value, ranges, axis + 1, offset * value.Shape[axis] + i);
        if (axis == ranges.Length - 1) text.Append('\n');
    }

    static (int, int) Range(string query, string place, int extent)
    {
        string[] ends = place.Split(':');
        bool isNumber = int.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first);
        int end = first + 1;
        if (ends.Length == 2)
            isNumber &= int.TryParse(ends[1], NumberStyles.None, CultureInfo.InvariantCulture, out end);
        if (!isNumber || ends.Length > 2 || first >= end || end > extent)
            throw new UserErrorException(
                $"{query}: {place} is no place among {extent}: from 0 to {extent - 1}, or 2:5");
        return (first, end);
    }

    [GeneratedRegex(@"^(?<name>[A-Za-z0-9.]+)(\[(?<places>[0-9:, ]+)\])?$")]
    private static partial Regex Form();
}
