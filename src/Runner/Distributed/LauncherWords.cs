using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace TripletGpu.Runner.Distributed;

/// <summary>
/// Tells what ranks write from what their launcher adds when one of them ends: twenty lines about itself, around the
/// one line that says what happened.
/// </summary>
/// <param name="to">Where the ranks' lines go.</param>
sealed partial class LauncherWords(TextWriter to)
{
    /// <summary>The variable by which ranks know that their lines are read by this class.</summary>
    public const string Variable = "TRIPLETGPU_LAUNCHED";

    // ASCII's record and unit separators: they are in no line of anybody else's.
    const char Mark = '\u001e', ProcessMark = '\u001f';

    readonly ConcurrentBag<int> processes = [];
    bool isInBox, isEnding;

    /// <summary>Whether a rank has said why it ends.</summary>
    public bool HasSpoken { get; private set; }

    /// <summary>The launcher's own reason, such as a signal.</summary>
    public string? Reason { get; private set; }

    /// <summary>A rank's last line, marked as such if the launcher was started by <see cref="MpiLauncher"/>.</summary>
    public static string Last(string line) =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)) ? line : $"{Mark}{line}";

    /// <summary>The ranks' processes that have begun.</summary>
    public int[] Processes => [.. processes];

    /// <summary>
    /// The line by which a rank names its process to <see cref="MpiLauncher"/>; null if nobody listens.
    /// </summary>
    public static string? Process(int id) =>
        string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Variable)) ? null : $"{ProcessMark}{id}";

    /// <summary>Passes a line on if a rank wrote it.</summary>
    public void Relay(string line)
    {
        int named = line.IndexOf(ProcessMark, StringComparison.Ordinal);
        if (named >= 0
            && int.TryParse(line.AsSpan(named + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
        {
            processes.Add(id);
            return;
        }
        int mark = line.IndexOf(Mark, StringComparison.Ordinal);
        if (mark >= 0)
        {
            if (!HasSpoken) to.WriteLine(line[(mark + 1)..].TrimEnd());
            HasSpoken = true;
            return;
        }
        // Open MPI frames what it says by lines of dashes.
        if (Frame().IsMatch(line))
        {
            isInBox = !isInBox;
            return;
        }
        if (Death().Match(line) is { Success: true } death) Reason ??= death.Groups["reason"].Value;
        if (!isInBox && !Launcher().IsMatch(line)) to.WriteLine(line.TrimEnd());
    }

    /// <summary>
    /// Passes a line of results on. MPICH's launcher tells of a Ctrl-C there, and draws its frame about a rank that has
    /// ended, after which nobody else writes.
    /// </summary>
    /// <param name="line">A line of standard output.</param>
    /// <param name="results">Where such lines go.</param>
    public void RelayResult(string line, TextWriter results)
    {
        isEnding |= MpichFrame().IsMatch(line);
        if (!isEnding && line.StartsWith("[mpiexec@", StringComparison.Ordinal)) return;
        if (!isEnding) results.WriteLine(line);
        else if (Death().Match(line) is { Success: true } death) Reason ??= death.Groups["reason"].Value;
    }

    [GeneratedRegex("^={60,}$")]
    private static partial Regex MpichFrame();

    [GeneratedRegex("^-{20,}$")]
    private static partial Regex Frame();

    [GeneratedRegex(
        @"^(\s*$|=|YOUR APPLICATION TERMINATED|This typically refers|Please see the FAQ|application called MPI_Abort"
        + @"|Abort\(\d+\)|\[(mpiexec|proxy|[\w.-]+:\d+)|mpirun|mpiexec|Primary job|\[warn\] Epoll)")]
    private static partial Regex Launcher();

    [GeneratedRegex(@"(?<reason>signal:? \d+ ?\([^)]*\)|(?<=EXIT STRING: ).*\S)")]
    private static partial Regex Death();
}
