using System.Globalization;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Runs;

/// <summary>What a run tells: lines in its log.txt, most of them on stderr too.</summary>
sealed class RunLog : IDisposable
{
    readonly TextWriter file;
    readonly ProgressLine screen;

    /// <param name="path">The file; lines are added at its end.</param>
    /// <param name="screen">Where lines are shown.</param>
    public RunLog(string path, ProgressLine screen)
    {
        (Path, this.screen) = (path, screen);
        file = new StreamWriter(path, append: true) { AutoFlush = true };
    }

    RunLog(ProgressLine screen) => (Path, this.screen, file) = ("", screen, TextWriter.Null);

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>A log without a file, of a rank whose words nobody reads.</summary>
    public static RunLog Silent(ProgressLine screen) => new(screen);

    /// <summary>A line for the user and the file.</summary>
    public void Say(string line)
    {
        screen.WriteLine(line);
        Note(line);
    }

    /// <summary>A line for the file alone.</summary>
    public void Note(string line) =>
        file.WriteLine(Printable.Line(
            string.Create(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd HH:mm:ss}Z  {line}")));

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();
}
