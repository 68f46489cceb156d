using System.CommandLine;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Book;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet kernels book</c>: every kernel and operation as a page.</summary>
static class KernelBookCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<string> folder = new("--out")
        {
            Description = "The folder to write; it is made, or holds an earlier book",
            HelpName = "DIR",
            Required = true,
        };
        Option<string?> bench = new("--bench")
        {
            Description = "What triplet bench kernels --json wrote: each kernel's page shows its points",
            HelpName = "FILE",
        };
        Command command = new("book", "Writes the kernel book: a page for each kernel and operation, without a network")
        {
            folder, bench,
        };
        command.SetAction(parsed =>
        {
            string path = parsed.GetValue(folder)!;
            BenchPoints points = parsed.GetValue(bench) is { } file ? BenchPoints.Read(file) : BenchPoints.None;
            int pages = KernelBook.Write(path, points);
            terminal.WriteLine($"{Counted.Of(pages, "page")}: {Path.Combine(path, "index.html")}");
            return CommandLine.Done;
        });
        return command;
    }
}
