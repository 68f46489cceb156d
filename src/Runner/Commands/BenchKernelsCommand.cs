using System.CommandLine;
using TripletGpu.Backends.Gpu;
using TripletGpu.Kernels;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Bench.Roofline;
using TripletGpu.Runner.Devices;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet bench kernels</c>: each kernel alone, under the device's roof.</summary>
static class BenchKernelsCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string[]> names = new("NAME")
        {
            Description = "Kernels as triplet kernels list has them, or families: Gemm, Pooling (default: all)",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string> device = new("--device")
        {
            Description = "Where: opencl:N, cuda:N or ilgpu:cpu; auto takes a GPU, else the first that has kernels",
            HelpName = "ID",
            DefaultValueFactory = _ => DeviceCatalog.Auto,
        };
        Option<string?> sizes = new("--sizes")
        {
            Description = "Layers of NN2 and ResNet50 by name or its beginning, numbers of rows, small, or all;"
                + " separated by commas: resnet50.layer1,1024",
            HelpName = "SIZE,SIZE",
        };
        Option<int?> images = new("--images")
        {
            Description = "Images a batch of a layer (default: 1 on a CPU, 16 on a card)",
            HelpName = "N",
        };
        Option<string?> tile = BenchOptions.Tile();
        Option<bool> plan = BenchOptions.Plan();
        Option<string?> precision = CommonOptions.Precision();
        Option<int?> architecture = new("--architecture")
        {
            Description = "Also registers and occupancy by NVIDIA's assembler: 80 for compute capability 8.0",
            HelpName = "N",
        };
        Option<string?> html = new("--html")
        {
            Description = "Also write the roofline as a page",
            HelpName = "FILE",
        };
        Option<string?> baseline = new("--baseline")
        {
            Description = "An earlier --json: on the page each kernel stands beside what it was",
            HelpName = "OLD.json",
        };
        Option<string?> compare = new("--compare")
        {
            Description = "An earlier --json: prints what has become slower or faster",
            HelpName = "OLD.json",
        };
        Option<string?> failAbove = new("--fail-above")
        {
            Description = "With --compare: exit code 1 where a kernel takes so much longer, such as 5%",
            HelpName = "PERCENT",
        };
        Option<string?> book = new("--book")
        {
            Description = "Where triplet kernels book has written its pages: the roofline's kernels lead there",
            HelpName = "DIR",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new("kernels", "Measures single kernels at sizes of use, against the device's measured peaks."
            + " Example: triplet bench kernels Gemm --sizes resnet50.layer3 --html roofline.html")
        {
            names, device, sizes, images, tile, plan, precision, architecture, html, baseline, compare, failAbove, book,
            json,
        };
        command.SetAction(parsed =>
        {
            KernelRun? before = Read(parsed.GetValue(baseline), "--baseline");
            KernelRun? compared = Read(parsed.GetValue(compare), "--compare");
            double? limit = KernelComparison.Limit(parsed.GetValue(failAbove));
            if (limit is not null && compared is null)
                throw new UserErrorException("--fail-above says how much slower than --compare OLD.json is too slow");
            KernelSource[] kernels = Chosen(parsed.GetValue(names)!, parsed.GetValue(tile));
            KernelRun run;
            using (Device opened = Open(parsed, device, precision, tile))
            {
                WorkChoice works = WorkChoice.Of(opened, parsed.GetValue(sizes), parsed.GetValue(images));
                run = Measure(terminal, opened, kernels, works, parsed.GetValue(plan));
            }
            if (parsed.GetValue(architecture) is { } number) run = KernelRegisters.Add(run, number);
            KernelComparison? comparison = compared is null ? null : KernelComparison.Of(compared, run);
            if (parsed.GetValue(html) is { } page)
                AtomicFile.WriteText(page, RooflinePage.Render(run, before ?? compared, parsed.GetValue(book), page));
            if (parsed.GetValue(json)) Json.Write(terminal, run);
            else KernelTables.Show(terminal, run, comparison);
            if (limit is null || comparison!.Slower(limit.Value) is not { Count: > 0 } slower) return CommandLine.Done;
            KernelChange worst = slower[0];
            terminal.Tell(
                $"{slower.Count} of {Counted.Of(comparison.Changes.Count, "kernel")} take more than"
                + $" {parsed.GetValue(failAbove)} longer than before, the worst {worst.Kernel} at {worst.Size}:"
                + $" {worst.Ratio:0.00} times");
            return CommandLine.Failure;
        });
        return command;
    }

    static KernelRun? Read(string? path, string option) => path is null ? null : KernelRunFile.Read(path, option);

    /// <summary>The kernels of the names and families, in the catalog's order.</summary>
    static KernelSource[] Chosen(string[] names, string? tile)
    {
        HashSet<KernelSource> chosen = [];
        foreach (string name in names)
        {
            KernelSource[] found =
            [
                .. KernelCatalog.Find(name),
                .. KernelCatalog.All.Where(k => k.Family.Equals(name, StringComparison.OrdinalIgnoreCase)),
            ];
            if (found.Length == 0)
                throw new UserErrorException(
                    $"no kernel and no family is called {name}: triplet kernels list shows their names");
            chosen.UnionWith(found);
        }
        KernelSource[] all = [.. KernelCatalog.All.Where(k => names.Length == 0 || chosen.Contains(k))];
        if (tile is null) return all;
        KernelSource[] tiled = [.. all.Where(k => TileWord.IsOf(k, tile))];
        return tiled.Length > 0 ? tiled
            : throw new UserErrorException($"--tile {tile}: none of {string.Join(", ", names)} is computed in tiles");
    }

    /// <summary>Opens a device that has kernels: the CPU backend has none.</summary>
    static Device Open(ParseResult parsed, Option<string> option, Option<string?> precision, Option<string?> tile)
    {
        string id = parsed.GetValue(option)!;
        if (id == DeviceCatalog.Cpu)
            throw new UserErrorException(
                "--device cpu: the CPU computes without kernels; opencl:N, cuda:N and ilgpu:cpu have them, and triplet"
                + " bench ops measures the CPU");
        if (id == DeviceCatalog.Auto) id = KernelDevices.Best();
        return BenchOptions.Open(DeviceCatalog.Open(id, threads: 0), parsed, precision, tile);
    }

    static KernelRun Measure(
        Terminal terminal, Device device, KernelSource[] kernels, WorkChoice works, bool withPlan)
    {
        KernelWork[] chosen = [.. kernels.SelectMany(works.For)];
        if (chosen.Length == 0)
            throw new UserErrorException($"--sizes {works.Asked}: none of the kernels has such a size; they have "
                + string.Join(", ", works.SizesOf(kernels)));
        List<PlanRow> plans = withPlan ? works.Plans() : [];
        List<KernelRow> rows = [];
        using ProgressLine progress = new(terminal);
        KernelBenchmark benchmark = new(device);
        foreach (KernelWork work in chosen)
        {
            progress.Report(rows.Count, chosen.Length,
                () => $"{rows.Count} of {chosen.Length}: {work.Kernel} at {work.Size}");
            rows.Add(benchmark.Run(work));
        }
        return new KernelRun(
            device.Name, ((GpuBackend)device.Backend).Driver.Capabilities.Name, benchmark.Clock, benchmark.Peaks.Gflops,
            benchmark.Peaks.GbPerSecond, rows)
        { Plan = withPlan ? plans : null };
    }
}
