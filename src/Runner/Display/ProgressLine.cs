using System.Diagnostics;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Display;

/// <summary>
/// How far a long piece of work is, on stderr: one line that rewrites itself where stderr is a terminal, otherwise a
/// whole plain line every few seconds.
/// </summary>
sealed class ProgressLine(Terminal terminal) : IDisposable
{
    const int BarWidth = 24;
    const double RedrawSeconds = 0.1, LineSeconds = 10;
    readonly Stopwatch sinceStart = Stopwatch.StartNew();
    double shownAt = double.NegativeInfinity;
    bool isLineOpen;

    /// <summary>Shows the state if it is time to. <paramref name="text"/> is only called then.</summary>
    public void Report(long done, long total, Func<string> text)
    {
        double now = sinceStart.Elapsed.TotalSeconds;
        if (now - shownAt < (terminal.IsInteractive ? RedrawSeconds : LineSeconds)) return;
        // Without a terminal the first line comes after the first pause, so that short work prints none.
        bool isFirst = double.IsNegativeInfinity(shownAt);
        shownAt = now;
        if (terminal.IsInteractive)
        {
            int width = Math.Max(40, Console.WindowWidth) - 1;
            string line = $"{Bar(done, total)} {Printable.Line(text())}";
            terminal.Error.Write($"\r{(line.Length > width ? line[..width] : line)}\x1b[K");
            isLineOpen = true;
        }
        else if (!isFirst) terminal.Tell(text());
    }

    /// <summary>Prints a whole line; the progress goes on below it.</summary>
    public void WriteLine(string line)
    {
        Clear();
        terminal.Tell(line);
    }

    /// <summary>Removes the unfinished line.</summary>
    public void Dispose() => Clear();

    void Clear()
    {
        if (!isLineOpen) return;
        terminal.Error.Write("\r\x1b[K");
        isLineOpen = false;
    }

    static string Bar(long done, long total)
    {
        int full = total <= 0 ? 0 : (int)Math.Clamp(done * BarWidth / total, 0, BarWidth);
        return $"[{new string('=', full)}{new string(' ', BarWidth - full)}]";
    }
}
