using System.CommandLine;
using Spectre.Console;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Models;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet kernels</c>: the C# kernels and what they become.</summary>
static class KernelsCommand
{
    const string OpenCl = "opencl", Cuda = "cuda";

    public static Command Create(Terminal terminal)
    {
        Option<bool> json = CommonOptions.Json();
        Command list = new("list", "Lists the kernels; generic ones once for each function they are bound to") { json };
        list.SetAction(parsed => List(terminal, parsed.GetValue(json)));

        Argument<string> name = new("NAME") { Description = "GemmKernels.Tiled, or Tiled where one class has it" };
        Option<string> target = new("--target") { Description = "opencl or cuda", DefaultValueFactory = _ => OpenCl };
        target.AcceptOnlyFromAmong(OpenCl, Cuda);
        Option<bool> raw = new("--raw") { Description = "Only the complete generated program, as a compiler takes it" };
        Command show = new("show", "Shows a kernel and its device form side by side") { name, target, raw };
        show.SetAction(parsed =>
            Show(terminal, parsed.GetValue(name)!, parsed.GetValue(target) == Cuda, parsed.GetValue(raw)));

        Option<bool> ofAll = CommonOptions.Json();
        Command command =
            new("kernels", "Lists the GPU kernels, or shows one with what it becomes") { list, show, ofAll };
        command.SetAction(parsed => List(terminal, parsed.GetValue(ofAll)));
        return command;
    }

    static int List(Terminal terminal, bool json)
    {
        if (json)
        {
            Json.Write(terminal, KernelCatalog.All.Select(k => new
            {
                name = k.Name,
                family = k.Family,
                parameters = k.Parameters,
                groupSize = k.Group is { } g ? (int[])[g.X, g.Y, g.Z] : null,
                sharedBytes = k.SharedBytes,
            }).ToArray());
            return CommandLine.Done;
        }
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumns("family", "kernel", "group", "shared memory", "parameters");
        foreach (KernelSource k in KernelCatalog.All)
            table.AddRow(new[]
            {
                k.Family, k.Name, k.Group is { } g ? $"{g.X} x {g.Y} x {g.Z}" : $"by index, {k.IndexDimensions}-D",
                k.SharedBytes > 0 ? $"{k.SharedBytes} B" : "", $"{k.Parameters.Count}",
            }.Select(Markup.Escape).ToArray());
        terminal.Show(table);
        return CommandLine.Done;
    }

    static int Show(Terminal terminal, string name, bool cuda, bool raw)
    {
        KernelSource kernel = KernelCatalog.Find(name).FirstOrDefault()
            ?? throw new UserErrorException($"no kernel is called {name}: triplet kernels list shows their names");
        if (raw)
        {
            terminal.Out.Write(cuda ? kernel.Cuda : kernel.OpenCl);
            return CommandLine.Done;
        }
        string[] left = kernel.CSharp.Split('\n'), right = kernel.Body.Split('\n');
        int width = left.Max(l => l.Length);
        terminal.Out.WriteLine(
            $"{kernel.Name.PadRight(width)} | {(cuda ? "CUDA C" : "OpenCL C 1.2")}, after its prelude");
        for (int i = 0; i < Math.Max(left.Length, right.Length); i++)
            terminal.Out.WriteLine(
            $"{(i < left.Length ? left[i] : "").PadRight(width)} | {(i < right.Length ? right[i] : "")}".TrimEnd());
        return CommandLine.Done;
    }
}
