using System.CommandLine;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Devices;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Commands;

/// <summary>The options that several commands share. Each command makes and adds those that it obeys.</summary>
static class CommonOptions
{
    /// <summary><c>--device</c>; read it with <see cref="OpenDevice"/>.</summary>
    public static Option<string> Device() => new("--device")
    {
        Description = "Where to compute: auto, cpu, cuda:N, opencl:N or ilgpu:cpu; cuda:0+ilgpu names the compiler too"
            + " (triplet devices lists both)",
        HelpName = "ID",
        DefaultValueFactory = _ => DeviceCatalog.Auto,
    };

    /// <summary><c>--threads</c>, for the CPU.</summary>
    public static Option<int> Threads()
    {
        Option<int> option = new("--threads")
        {
            Description = "Threads of the CPU device (default: one a core)",
            HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            // What is no number at all has been reported already.
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, out int threads)
                && threads is < 1 or > CpuBackend.MostThreads)
                result.AddError($"--threads must be between 1 and {CpuBackend.MostThreads}, not {text}");
        });
        return option;
    }

    /// <summary><c>--precision</c>; read it with <see cref="GetPrecision"/>.</summary>
    public static Option<string?> Precision() => new Option<string?>("--precision")
    {
        Description = "How a GPU multiplies: float32 (default), or tf32 or bfloat16 (bf16) on an NVIDIA card's tensor"
            + " cores",
    }.AcceptOnlyFromAmong([.. Words.AllRead<MatrixPrecision>()]);

    /// <summary>The precision that the option names; null where it was not given.</summary>
    public static MatrixPrecision? GetPrecision(this ParseResult parsed, Option<string?> option) =>
        parsed.GetValue(option) is { } word ? Words.Value<MatrixPrecision>(word) : null;

    /// <summary><c>--weights</c>, of a run.</summary>
    public static Option<string> Weights()
    {
        Option<string> option = new("--weights")
        {
            Description = "A run's weights: after the last step, or the best by its validation part",
            DefaultValueFactory = _ => Words.Of(RunWeights.Last),
        };
        return option.AcceptOnlyFromAmong([.. Words.All<RunWeights>()]);
    }

    /// <summary>The weights that the option names.</summary>
    public static RunWeights GetWeights(this ParseResult parsed, Option<string> option) =>
        Words.Value<RunWeights>(parsed.GetValue(option)!)!.Value;

    /// <summary><c>--json</c>.</summary>
    public static Option<bool> Json() => new("--json") { Description = "Print one JSON object and nothing else" };

    /// <summary><c>--seed</c>; null where it was not given.</summary>
    public static Option<ulong?> Seed() =>
        new("--seed") { Description = "The seed of every random choice", HelpName = "N" };

    /// <summary><c>--set path=value</c>, any number of times.</summary>
    public static Option<string[]> Set() => new("--set")
    {
        Description = "A config field, such as --set optimizer.learningRate=0.01; may be given several times",
        HelpName = "PATH=VALUE",
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    /// <summary>
    /// Opens the device that the options name, for one of several ranks: <c>auto</c> takes the GPU of its number, the
    /// CPU the rank's part of the cores.
    /// </summary>
    public static Device OpenDevice(
        this ParseResult parsed, Option<string> device, Option<int> threads, Ranks ranks,
        Option<string?>? precision = null)
    {
        int given = parsed.GetValue(threads);
        Device opened = DeviceCatalog.Open(
            parsed.GetValue(device)!, given > 0 ? given : ranks.LocalThreads, ranks.LocalRank);
        if (precision is not null) parsed.SetPrecision(precision, opened);
        return opened;
    }

    /// <summary>Opens the device that the options name.</summary>
    public static Device OpenDevice(
        this ParseResult parsed, Option<string> device, Option<int> threads, Option<string?>? precision = null)
    {
        Device opened = DeviceCatalog.Open(parsed.GetValue(device)!, parsed.GetValue(threads));
        if (precision is not null) parsed.SetPrecision(precision, opened);
        return opened;
    }

    /// <summary>Has a device multiply as the option says.</summary>
    public static void SetPrecision(this ParseResult parsed, Option<string?> precision, Device opened)
    {
        try
        {
            if (parsed.GetPrecision(precision) is { } given) DeviceSettings.SetPrecision(opened, given);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }
}
