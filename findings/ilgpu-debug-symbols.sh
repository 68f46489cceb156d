#!/usr/bin/env bash
# ILGPU 1.5.3 (NuGet): asking for debug symbols gives PTX without a line of the source.
#
# Expected:  Builder.DebugSymbols(mode) stores the mode: Basic for stack traces, Kernel for line numbers in kernels
#            (.loc in PTX), KernelSourceAnnotations for the lines' text as well.
# Happens:   the method stores nothing: the property stays Disabled. Set by reflection, Kernel still writes no .loc;
#            only KernelSourceAnnotations does, for a part of the instructions.
# Matters:   a profiler or a debugger of CUDA shows no source for ILGPU's kernels, whatever is asked for, and a tool that
#            maps PTX to C# finds no lines. No message says so.
cd "$(dirname "$0")" && source ./fetch.bash
CSHARP_OPTIONS="<DebugType>portable</DebugType>"
output=$(ilgpu <<'PROGRAM'
using ILGPU;
using ILGPU.Runtime.CPU;

var kernel = typeof(Kernels).GetMethod("Double")!;
Show("nothing asked for", _ => { });
foreach (var mode in (DebugSymbolsMode[])
    [DebugSymbolsMode.Basic, DebugSymbolsMode.Kernel, DebugSymbolsMode.KernelSourceAnnotations])
{
    Show($"DebugSymbols({mode})", builder => builder.DebugSymbols(mode));
    Show($"{mode}, set by reflection", builder =>
        typeof(ContextProperties).GetProperty("DebugSymbolsMode")!.SetValue(builder, mode));
}

void Show(string name, Action<Context.Builder> ask)
{
    using var context = Context.Create(builder => ask(builder.CPU()));
    bool hasLines = Text.Ptx(context, kernel).Contains(".loc");
    Console.WriteLine($"{name}: {context.Properties.DebugSymbolsMode}, {(hasLines ? "lines" : "no lines")}");
}

public static class Kernels
{
    public static void Double(Index1D i, ArrayView<float> x)
    {
        float value = x[i];
        x[i] = value + value;
    }
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
nothing asked for: Disabled, no lines
DebugSymbols(Basic): Disabled, no lines
Basic, set by reflection: Basic, no lines
DebugSymbols(Kernel): Disabled, no lines
Kernel, set by reflection: Kernel, no lines
DebugSymbols(KernelSourceAnnotations): Disabled, no lines
KernelSourceAnnotations, set by reflection: KernelSourceAnnotations, lines
STATED
