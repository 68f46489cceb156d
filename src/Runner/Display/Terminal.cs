using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Display;

/// <summary>
/// Where a command writes: results to <see cref="Out"/>, everything else to <see cref="Error"/>. Colours and a line
/// that rewrites itself only where somebody looks at a terminal that has them.
/// </summary>
/// <param name="Out">Results, and nothing else.</param>
/// <param name="Error">Progress, warnings, errors.</param>
/// <param name="IsInteractive">Whether <paramref name="Error"/> is a terminal that moves its cursor.</param>
/// <param name="HasColor">
/// Whether <paramref name="Out"/> is a terminal that shows colours, and the user wants them.
/// </param>
sealed record Terminal(TextWriter Out, TextWriter Error, bool IsInteractive = false, bool HasColor = false)
{
    const int WidthOfFiles = 160;

    /// <summary>The process's own streams; obeys NO_COLOR and TERM=dumb.</summary>
    public static Terminal OfProcess()
    {
        bool isDumb = Environment.GetEnvironmentVariable("TERM") is "dumb" or (null or "")
            && !OperatingSystem.IsWindows();
        bool wantsColor = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Terminal(Console.Out, Console.Error,
            IsInteractive: !isDumb && !Console.IsErrorRedirected,
            HasColor: !isDumb && wantsColor && !Console.IsOutputRedirected);
    }

    /// <summary>A line of the result.</summary>
    public void WriteLine(string line) => Out.WriteLine(Printable.Line(line));

    /// <summary>A line of what is no result.</summary>
    public void Tell(string line) => Error.WriteLine(Printable.Line(line));

    /// <summary>A text as a cell of a table.</summary>
    public static string Cell(string text) => Markup.Escape(Printable.Line(text));

    /// <summary>Shows a table or another renderable as a result.</summary>
    public void Show(IRenderable result)
    {
        StringBuilder text = new();
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = HasColor ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = HasColor ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(new StringWriter(text)),
        });
        console.Profile.Width = HasColor ? Math.Max(80, Console.WindowWidth) : WidthOfFiles;
        console.Write(result);
        foreach (ReadOnlySpan<char> line in text.ToString().TrimEnd().AsSpan().EnumerateLines())
            Out.WriteLine(line.TrimEnd());
    }
}
