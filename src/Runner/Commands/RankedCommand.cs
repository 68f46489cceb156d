using System.CommandLine;
using System.CommandLine.Parsing;
using TripletGpu.Collectives.Mpi;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Training;

namespace TripletGpu.Runner.Commands;

/// <summary>
/// A command that several processes can do together: started by <c>--ranks</c>, or by an MPI launcher.
/// </summary>
static class RankedCommand
{
    // More for each processor would wait for each other, in memory of their own.
    const int MostOfAProcessor = 16;

    static int MostRanks => Math.Min(MostOfAProcessor * Environment.ProcessorCount, 1024);

    /// <summary><c>--ranks</c>; read it with <see cref="Run"/>.</summary>
    public static Option<int?> Option()
    {
        Option<int?> option = new("--ranks")
        {
            Description = "Do it as N processes of this machine by MPI; across machines: mpirun triplet ...",
            HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out int ranks)
                && (ranks < 1 || ranks > MostRanks))
                result.AddError(
                    $"--ranks must be between 1 and {MostRanks} on a machine of"
                    + $" {Counted.Of(Environment.ProcessorCount, "processor")}, not {text}");
        });
        return option;
    }

    /// <summary>
    /// Starts the command again as so many ranks where the option asks for them; else joins and works.
    /// </summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="option">That of <see cref="Option"/>.</param>
    /// <param name="terminal">Where the command tells.</param>
    /// <param name="advice">What to do after a rank was lost, for the message; it may be empty.</param>
    /// <param name="work">The work of a rank. What ranks other than the first tell the terminal, nobody sees.</param>
    /// <returns>The exit code.</returns>
    public static int Run(
        ParseResult parsed, Option<int?> option, Terminal terminal, string advice, Func<Ranks, Terminal, int> work)
    {
        if (parsed.GetValue(option) is > 1 and { } count && !MpiLaunch.IsPresent)
            return MpiLauncher.Run(count, Without(parsed, option), terminal, advice);
        using Ranks ranks = Ranks.Join(terminal);
        Terminal shown = ranks.IsFirst ? terminal : new Terminal(TextWriter.Null, TextWriter.Null);
        return ranks.Run(terminal, () =>
        {
            ranks.MustAgree("program", $"{typeof(TrainingRun).Assembly.GetName().Version}"
                + $" {typeof(TrainingRun).Module.ModuleVersionId}");
            return work(ranks, shown);
        }, CommandLine.Tell);
    }

    /// <summary>The arguments as they were given, less an option and its value.</summary>
    static IEnumerable<string> Without(ParseResult parsed, Option option)
    {
        HashSet<string> left = [.. parsed.GetResult(option)!.Tokens.Select(token => token.Value)];
        bool isValue = false;
        foreach (Token token in parsed.Tokens)
        {
            bool isOption = token.Value == option.Name;
            if (!isOption && !(isValue && left.Contains(token.Value))) yield return token.Value;
            isValue = isOption;
        }
    }
}
