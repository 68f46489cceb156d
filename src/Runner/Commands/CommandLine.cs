using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using TripletGpu.Backends;
using TripletGpu.Collectives;
using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Commands;

/// <summary>The commands, and what becomes of a failure: a line on stderr and an exit code.</summary>
static partial class CommandLine
{
    /// <summary>Everything went well.</summary>
    public const int Done = 0;

    /// <summary>A failure of ours.</summary>
    public const int Failure = 1;

    /// <summary>Something is wrong with what the user gave.</summary>
    public const int BadInput = 2;

    /// <summary>In the order of the help.</summary>
    static readonly Entry[] All =
    [
        new("devices", DevicesCommand.Create),
        new("data", DataCommand.Create),
        new("train", TrainCommand.Create),
        new("evaluate", EvaluateCommand.Create),
        new("embed", EmbedCommand.Create),
        new("index", IndexCommand.Create),
        new("search", SearchCommand.Create),
        new("identify", IdentifyCommand.Create),
        new("calibrate", CalibrateCommand.Create),
        new("compare", CompareCommand.Create),
        new("explain", ExplainCommand.Create),
        new("mine", MineCommand.Create),
        new("summary", SummaryCommand.Create),
        new("import", ImportCommand.Create),
        new("run", RunCommand.Create),
        new("export", ExportCommand.Create),
        new("bench", BenchCommand.Create),
        new("kernels", KernelsCommand.Create),
    ];

    /// <summary>Parses the arguments and runs the command; never throws.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, Terminal terminal)
    {
        ParseResult parsed = RootFor(args, terminal).Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Errors.Count > 0)
        {
            string command = "";
            for (SymbolResult? c = parsed.CommandResult; c is CommandResult { Command: not RootCommand and var one };
                c = c.Parent)
                command = $"{one.Name} {command}";
            terminal.Tell($"{OneLine(Wrong(parsed))} (triplet {command}--help shows what there is)");
            return BadInput;
        }
        HideArgumentsOfParents(parsed.CommandResult);
        try
        {
            return parsed.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = terminal.Out,
                Error = terminal.Error,
            });
        }
        catch (Exception exception)
        {
            return Tell(terminal.Error, exception);
        }
    }

    /// <summary>bench kernels --help is about kernels, not about what bench alone would measure.</summary>
    static void HideArgumentsOfParents(CommandResult result)
    {
        for (SymbolResult? parent = result.Parent; parent is CommandResult { Command: var command };
            parent = parent.Parent)
            foreach (Argument argument in command.Arguments) argument.Hidden = true;
    }

    /// <summary>Writes the line about a failure.</summary>
    /// <returns>The exit code.</returns>
    public static int Tell(TextWriter error, Exception exception)
    {
        switch (exception)
        {
            case UserErrorException:
            // The system's word on a file: a full disk, no permission. It names the path.
            case IOException or UnauthorizedAccessException or DeviceOutOfMemoryException:
                error.WriteLine(Printable.Line(exception.Message));
                return BadInput;
            case OutOfMemoryException:
                error.WriteLine("the memory is full: the system refuses this process more of it");
                return BadInput;
            case CollectiveException:
                error.WriteLine(OneLine(exception.Message));
                return Failure;
            default:
                return Report(error, exception);
        }
    }

    /// <summary>The commands' names, as they are looked for before a command is made.</summary>
    internal static IEnumerable<string> Names => All.Select(entry => entry.Name);

    /// <summary>The whole tree of commands.</summary>
    internal static RootCommand Root(Terminal terminal) => RootOf(All, terminal);

    /// <summary>
    /// As much of the tree as the arguments need: to make one command costs a millisecond or two, of which the others
    /// would take many. Where the first argument is no command, all of them are there to be listed and suggested.
    /// </summary>
    static RootCommand RootFor(string[] args, Terminal terminal) => args switch
    {
        ["--version"] => RootOf([], terminal),
        [var first, ..] when Array.Find(All, entry => entry.Name == first) is { } named => RootOf([named], terminal),
        _ => Root(terminal),
    };

    static RootCommand RootOf(Entry[] entries, Terminal terminal)
    {
        RootCommand root = new("Trains embedding networks with triplet loss.");
        foreach (Entry entry in entries) root.Add(entry.Create(terminal));
        return root;
    }

    static int Report(TextWriter error, Exception exception)
    {
        string log = exception is LoggedFailure logged ? logged.Log : WriteLog(exception);
        Exception cause = exception is LoggedFailure { InnerException: { } inner } ? inner : exception;
        error.WriteLine(
            $"triplet failed, and that is a fault of ours: {OneLine(cause.Message)}. Please report it with the log"
            + $" {log}");
        return Failure;
    }

    static string WriteLog(Exception exception)
    {
        string path = Path.Combine(
            Path.GetTempPath(), $"triplet-{DateTime.UtcNow:yyyyMMdd-HHmmss}-{Environment.ProcessId}.log");
        File.WriteAllText(
            path, $"{Environment.CommandLine}\n{Environment.Version} {Environment.OSVersion}\n{exception}\n");
        return path;
    }

    /// <summary>The parser's first complaint, without the names of .NET's types.</summary>
    static string Wrong(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand && parsed.UnmatchedTokens is [string unknown, ..]
            ? $"{unknown} is no command"
                + (Spelling.Nearest(unknown, Names) is { } near ? $"; did you mean {near}?" : "")
            : TypeName().Replace(parsed.Errors[0].Message, "");

    [GeneratedRegex(" as expected type '[^']*'")]
    private static partial Regex TypeName();

    /// <summary>Several lines of a library's words as one.</summary>
    static string OneLine(string message) => Printable.Line(
        string.Join(' ', message.Split((char[])['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries)));

    /// <summary>A command that is there to be made.</summary>
    sealed record Entry(string Name, Func<Terminal, Command> Create);
}
