namespace TripletGpu.Models;

/// <summary>
/// Something the user gave cannot be used: a file, a configuration, a device. The message is one line that says what is
/// wrong, where, and what to do; the command line prints it alone and exits with 2.
/// </summary>
public sealed class UserErrorException(string message, Exception? inner = null) : Exception(OneLine(message), inner)
{
    /// <summary>Names out of files may hold anything, also what breaks a line or commands a terminal.</summary>
    static string OneLine(string message) => message.Any(IsUnprintable)
        ? string.Concat(message.Select(c => IsUnprintable(c) ? $"\\u{(int)c:X4}" : $"{c}"))
        : message;

    static bool IsUnprintable(char c) => c != '\t' && char.IsControl(c) || c is '\u2028' or '\u2029';
}
