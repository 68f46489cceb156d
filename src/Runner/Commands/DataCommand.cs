using System.CommandLine;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet data NAME</c>: fetches and verifies a data set.</summary>
static class DataCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> name = new("NAME") { Description = string.Join(", ", Datasets.Names) };
        Option<bool> json = CommonOptions.Json();
        Command command = new("data", "Fetches a public data set into the cache and verifies it") { name, json };
        command.SetAction(parsed =>
        {
            string wanted = parsed.GetValue(name)!;
            string folder = Datasets.Fetch(wanted, terminal.Tell);
            if (parsed.GetValue(json)) Json.Write(terminal, new { name = wanted, folder });
            else terminal.WriteLine($"{wanted} is complete and verified in {folder}");
            return CommandLine.Done;
        });
        return command;
    }
}
