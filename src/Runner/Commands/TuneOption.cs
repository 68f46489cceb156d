using System.CommandLine;
using System.CommandLine.Parsing;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Models;
using TripletGpu.Runner.Bench.Tuning;
using TripletGpu.Runner.Devices;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Commands;

/// <summary>
/// <c>triplet bench --tune</c>: measures tiles, and keeps what they take unless the choice by that is slower.
/// </summary>
/// <param name="terminal">Gets the results.</param>
/// <param name="device">The command's option.</param>
/// <param name="precision">Its option.</param>
/// <param name="json">Its option.</param>
sealed class TuneOption(Terminal terminal, Option<string> device, Option<string?> precision, Option<bool> json)
{
    const string Reset = "reset";

    /// <summary>The option.</summary>
    public Option<string?> Option { get; } = new Option<string?>("--tune")
    {
        Description = "Measures tiles of products and convolutions on a GPU, some seconds long, and chooses by that"
            + " from then on; reset forgets it",
        HelpName = Reset,
        Arity = ArgumentArity.ZeroOrOne,
    }.AcceptOnlyFromAmong(Reset);

    /// <summary>Whether it was given.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetResult(Option) is not null;

    /// <summary>Does it.</summary>
    /// <exception cref="UserErrorException">The device cannot be used, or another option was given.</exception>
    public int Run(ParseResult parsed)
    {
        if (parsed.CommandResult.Children.FirstOrDefault(IsForeign) is { } foreign)
            throw new UserErrorException(
                $"--tune goes with --device, --precision and --json, not with {Name(foreign)}");
        string id = parsed.GetValue(device)!;
        if (DeviceCatalog.Find(id) is not { } found)
            return Nothing(parsed, DeviceCatalog.Cpu, "the CPU multiplies without tiles");
        DeviceCompiler compiler = found.Gpu.CompilerFor(found.By);
        TunedTilesFile file = found.Gpu.Tuned(compiler);
        if (parsed.GetValue(Option) == Reset) return Forget(parsed, found.Gpu.Id, file);
        using Device opened = found.Gpu.Open(found.By);
        parsed.SetPrecision(precision, opened);
        var backend = (GpuBackend)opened.Backend;
        if (backend.Plan.UsesPanels)
            return Nothing(
                parsed, opened.Name, $"{backend.Driver.Capabilities.Name} is a CPU, which multiplies in panels");
        TileTrials trials = new(backend.Driver, compiler.Name, line => terminal.Tell($"warning: {line}"));
        TuneResult result;
        using (ProgressLine progress = new(terminal))
            result = TuneRun.Of(opened, trials, (done, total, what) => progress.Report(done, total, () => what));
        if (result.IsKept) file.Write(result.Tuned);
        if (parsed.GetValue(json))
            Json.Write(terminal, new
            {
                device = result.Device,
                isKept = result.IsKept,
                file = result.IsKept ? file.Path : null,
                beforeSeconds = result.BeforeSeconds,
                afterSeconds = result.AfterSeconds,
                rows = result.Rows,
            });
        else TuneTable.Show(terminal, result, file.Path);
        return CommandLine.Done;
    }

    int Forget(ParseResult parsed, string name, TunedTilesFile file)
    {
        bool wasThere = file.Remove();
        if (parsed.GetValue(json)) Json.Write(terminal, new { device = name, removed = wasThere });
        else terminal.WriteLine(
            wasThere ? $"{name}: the measurements of its tiles are removed" : $"{name}: its tiles were not tuned");
        return CommandLine.Done;
    }

    int Nothing(ParseResult parsed, string name, string reason)
    {
        if (parsed.GetValue(json)) Json.Write(terminal, new { device = name, isKept = false, reason });
        else terminal.WriteLine($"{name}: there is nothing to tune: {reason}");
        return CommandLine.Done;
    }

    bool IsForeign(SymbolResult given) => given switch
    {
        OptionResult option => !option.Implicit && option.Option != Option && option.Option != device
            && option.Option != precision && option.Option != json,
        ArgumentResult argument => argument.Tokens.Count > 0,
        _ => true,
    };

    static string Name(SymbolResult given) => given switch
    {
        OptionResult option => option.Option.Name,
        ArgumentResult argument => argument.Tokens[0].Value,
        _ => given.ToString() ?? "",
    };
}
