namespace TripletGpu.Models.Text;

/// <summary>
/// What people read on a terminal: names of files and words out of files may hold anything, also what breaks a line or
/// commands a terminal.
/// </summary>
static class Printable
{
    /// <summary>The text in one line, with what is unprintable in it as <c>\u000A</c>; tabs stay.</summary>
    public static string Line(string text) => text.Any(IsUnprintable)
        ? string.Concat(text.Select(c => IsUnprintable(c) ? $"\\u{(int)c:X4}" : $"{c}"))
        : text;

    static bool IsUnprintable(char c) => c != '\t' && char.IsControl(c) || c is '\u2028' or '\u2029';
}
