using System.CommandLine;
using Spectre.Console;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Models;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet kernels</c>: the C# kernels and what they become.</summary>
static class KernelsCommand
{
    const string OpenCl = "opencl", Cuda = "cuda", Ptx = "ptx", Sass = "sass", Nvrtc = "nvrtc", Ilgpu = "ilgpu";

    public static Command Create(Terminal terminal)
    {
        Option<bool> json = CommonOptions.Json();
        Command list = new("list", "Lists the kernels; generic ones once for each function they are bound to") { json };
        list.SetAction(parsed => List(terminal, parsed.GetValue(json)));

        Argument<string> name = new("NAME") { Description = "GemmKernels.Tiled, or Tiled where one class has it" };
        Option<string> target = new("--target")
        {
            Description = "opencl or cuda: C beside the C#. ptx or sass: what a card would run",
            DefaultValueFactory = _ => OpenCl,
        };
        target.AcceptOnlyFromAmong(OpenCl, Cuda, Ptx, Sass);
        Option<bool> raw = new("--raw") { Description = "Only the complete generated program, as a compiler takes it" };
        Option<string?> compiler = new("--compiler")
        {
            Description = "ptx and sass: nvrtc or ilgpu (default: nvrtc where there is one)",
        };
        compiler.AcceptOnlyFromAmong(Nvrtc, Ilgpu);
        Option<int> architecture = new("--architecture")
        {
            Description = "ptx and sass: 80 for compute capability 8.0",
            HelpName = "N",
            DefaultValueFactory = _ => 80,
        };
        Command show = new("show", "Shows a kernel and its device form side by side")
        {
            name, target, raw, compiler, architecture,
        };
        show.SetAction(parsed =>
        {
            KernelSource kernel = Find(parsed.GetValue(name)!);
            return parsed.GetValue(target) is Ptx or Sass
                ? ShowNvidia(
                    terminal, kernel, parsed.GetValue(target) == Sass, parsed.GetValue(compiler),
                    parsed.GetValue(architecture))
                : Show(terminal, kernel, parsed.GetValue(target) == Cuda, parsed.GetValue(raw));
        });

        Option<bool> ofAll = CommonOptions.Json();
        Command command = new("kernels", "Lists the GPU kernels, shows one with what it becomes, makes a book of all")
        {
            list, show, KernelBookCommand.Create(terminal), KernelStepCommand.Create(terminal), ofAll,
        };
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
            }.Select(Terminal.Cell).ToArray());
        terminal.Show(table);
        return CommandLine.Done;
    }

    static KernelSource Find(string name) => KernelCatalog.Find(name).FirstOrDefault()
        ?? throw new UserErrorException($"no kernel is called {name}: triplet kernels list shows their names");

    static int Show(Terminal terminal, KernelSource kernel, bool cuda, bool raw)
    {
        if (raw)
        {
            terminal.Out.Write(cuda ? kernel.Cuda : kernel.OpenCl);
            return CommandLine.Done;
        }
        string[] left = kernel.CSharp.Split('\n'), right = kernel.Body.Split('\n');
        int width = left.Max(l => l.Length);
        terminal.WriteLine(
            $"{kernel.Name.PadRight(width)} | {(cuda ? "CUDA C" : "OpenCL C 1.2")}, after its prelude");
        for (int i = 0; i < Math.Max(left.Length, right.Length); i++)
            terminal.WriteLine(
            $"{(i < left.Length ? left[i] : "").PadRight(width)} | {(i < right.Length ? right[i] : "")}".TrimEnd());
        return CommandLine.Done;
    }

    /// <summary>PTX or machine code, with a first line that says whose it is.</summary>
    static int ShowNvidia(Terminal terminal, KernelSource kernel, bool sass, string? compiler, int architecture)
    {
        string reason = "";
        NvidiaText? text = compiler == Ilgpu ? null : NvidiaText.ByNvrtc(kernel, architecture, out reason);
        if (text is null && compiler == Nvrtc) throw new UserErrorException($"--compiler nvrtc: {reason}");
        text ??= NvidiaText.ByIlgpu(kernel, architecture, out reason)
            ?? throw new UserErrorException($"--architecture {architecture}: {reason}");
        string? body = sass ? text.Sass(out reason) : text.Ptx;
        if (body is null) throw new UserErrorException($"--target sass: {reason}");
        terminal.WriteLine($"// {kernel.Name}, {text.Compiler}, for sm_{architecture}");
        terminal.Out.Write(body);
        return CommandLine.Done;
    }
}
