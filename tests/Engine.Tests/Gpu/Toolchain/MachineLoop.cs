using System.Text.RegularExpressions;

namespace TripletGpu.Engine.Tests.Gpu.Toolchain;

/// <summary>The instructions of a loop.</summary>
/// <param name="Instructions">Their names with modifiers: FFMA, LDS.128.</param>
sealed partial record MachineLoop(IReadOnlyList<string> Instructions)
{
    /// <summary>The share of fused multiply-adds.</summary>
    public double FusedShare => (double)Count("FFMA") / Instructions.Count;

    /// <summary>Instructions whose name begins so.</summary>
    public int Count(string name) => Instructions.Count(i => i.StartsWith(name, StringComparison.Ordinal));

    /// <summary>
    /// Of the innermost loops the one with the most multiply-adds, fused or on tensor cores: what lies between a label
    /// and a branch back to it.
    /// </summary>
    /// <param name="disassembly">What nvdisasm prints.</param>
    public static MachineLoop Busiest(string disassembly)
    {
        var instructions = new List<string>();
        var labels = new Dictionary<string, int>();
        var loops = new List<(int From, int To)>();
        foreach (string line in disassembly.Split('\n'))
            if (Regex.Match(line, @"^\s*(\.L_\w+):") is { Success: true } label)
                labels[label.Groups[1].Value] = instructions.Count;
            else if (Instruction().Match(line) is { Success: true } match)
            {
                instructions.Add(match.Groups[1].Value);
                if (match.Groups[1].Value.StartsWith("BRA", StringComparison.Ordinal)
                    && Regex.Match(match.Groups[2].Value, @"\.L_\w+") is { Success: true } target
                    && labels.TryGetValue(target.Value, out int from))
                    loops.Add((from, instructions.Count));
            }
        return loops.Where(l => !loops.Any(o => o != l && o.From >= l.From && o.To <= l.To && Fused(o) > 0))
            .OrderByDescending(Fused).Select(l => new MachineLoop(instructions[l.From..l.To])).First();

        int Fused((int From, int To) loop) => instructions[loop.From..loop.To]
            .Count(i => i == "FFMA" || i.StartsWith("HMMA", StringComparison.Ordinal));
    }

    /// <summary>Its address, a predicate where it has one, its name, its operands.</summary>
    [GeneratedRegex(@"^\s*/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+\s+)?([A-Z][\w.]*)(.*)$")]
    private static partial Regex Instruction();
}
