using System.CommandLine;
using Spectre.Console;
using TripletGpu.Runner.Book.Steps;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet kernels step</c>: the numbers of the kernel book's walked step.</summary>
static class KernelStepCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string?> value = new("VALUE")
        {
            Description = "A value, or a part of it: conv1.map[3,7,10:12,10:12]; none: lists them",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Command command = new("step", "Takes the first step of mnist-small and shows any number in it") { value };
        command.SetAction(parsed =>
        {
            WalkedStep step = WalkedStep.Run();
            if (parsed.GetValue(value) is { } query) terminal.Out.Write(ValueQuery.Read(step, query));
            else List(terminal, step);
            return CommandLine.Done;
        });
        return command;
    }

    static void List(Terminal terminal, WalkedStep step)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("value", "shape", "what");
        foreach (NamedValue value in step.Values)
            table.AddRow(
                new[] { value.Name, ValueQuery.Words(value.Shape), value.What }.Select(Terminal.Cell).ToArray());
        terminal.Show(table);
    }
}
