using System.Globalization;
using System.Text.RegularExpressions;
using ILGPU.Runtime.Cuda;
using TripletGpu.Backends.Gpu.Ilgpu;
using TripletGpu.Kernels;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>
/// Makes PTX of kernels by ILGPU, each instruction with the line of C# that it has come from. No card is needed. ILGPU
/// says so of what loads, stores and branches; what only feeds those (addresses above all) counts as theirs.
/// </summary>
public sealed partial class PtxListing : IDisposable
{
    readonly IlgpuTexts texts;

    /// <param name="symbols">
    /// The portable symbols of <c>TripletGpu.Kernels</c>, which stay open as long as this; null: no line has an origin.
    /// </param>
    public PtxListing(Stream? symbols)
    {
        texts = new(hasLines: symbols is not null);
        if (symbols is not null) texts.LoadSymbols(typeof(KernelSource).Assembly, symbols);
    }

    /// <inheritdoc/>
    public void Dispose() => texts.Dispose();

    /// <summary>The lines of a kernel's PTX, without those that only say where others are from.</summary>
    /// <param name="kernel">Which.</param>
    /// <param name="architecture">80 for sm_80.</param>
    public IReadOnlyList<PtxLine> Of(KernelSource kernel, int architecture = 80)
    {
        string text = texts.Ptx(kernel.Method!(), new CudaArchitecture(architecture / 10, architecture % 10),
            (int)(kernel.Group?.Count ?? 0));
        string[] lines = text.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        Dictionary<int, string> files = [];
        foreach (string line in lines)
            if (Words(line) is [".file", var index, ..]) files[Number(index)] = Path.GetFileName(line.Split('"')[1]);
        List<PtxLine> listing = [];
        SourceLine? origin = null;
        bool isNote = false; // the line of C# itself, which ILGPU writes below its number where it finds the file
        foreach (string line in lines)
        {
            string[] words = Words(line);
            if (words is [".loc", var file, var number, ..])
            {
                origin = new(files[Number(file)], Number(number));
                isNote = true;
                continue;
            }
            isNote &= words is ["//", ..];
            if (isNote || words is [".file" or ".section" or ".section.debug_info", ..]) continue;
            if (words is ["}"]) origin = null;
            listing.Add(new(
                line.Replace("\t", "    ", StringComparison.Ordinal).Replace(", debug", "", StringComparison.Ordinal)
                    .TrimEnd(),
                words is [var first, ..] && IsInstruction(first) ? origin : null));
        }
        Feed(listing);
        return WithoutGaps(listing);
    }

    /// <summary>Gives what feeds an instruction that one's origin.</summary>
    static void Feed(List<PtxLine> listing)
    {
        Dictionary<string, SourceLine?> readers = [];
        for (int i = listing.Count - 1; i >= 0; i--)
        {
            string text = listing[i].Text;
            if (text is ['}', ..]) readers.Clear();
            if (Words(text) is not [var first, ..] || !IsInstruction(first)) continue;
            string[] registers = [.. Register().Matches(text).Select(m => m.Value)];
            bool writes = registers.Length > 0 && !first.StartsWith("st", StringComparison.Ordinal) && first[0] != '@';
            bool feeds = (listing[i].Origin is null || IsAddress(first))
                && !first.StartsWith("ld.param", StringComparison.Ordinal);
            if (writes && feeds && readers.TryGetValue(registers[0], out SourceLine? reader))
                listing[i] = listing[i] with { Origin = reader };
            if (writes) readers.Remove(registers[0]);
            foreach (string register in writes ? registers[1..] : registers) readers[register] = listing[i].Origin;
        }
    }

    /// <summary>An empty line stays in front of labels and directives alone.</summary>
    static List<PtxLine> WithoutGaps(List<PtxLine> listing)
    {
        List<PtxLine> kept = [];
        for (int i = 0; i < listing.Count; i++)
        {
            bool isEmpty = listing[i].Text.Length == 0;
            string next = listing.Skip(i + 1).FirstOrDefault(l => l.Text.Length > 0)?.Text.Trim() ?? "";
            bool isGap = isEmpty
                && (next.Length == 0 || IsInstruction(next.Split(' ')[0]) || kept is [.., { Text: "" }]);
            if (!isGap) kept.Add(listing[i]);
        }
        return kept;
    }

    static bool IsAddress(string operation) => operation.StartsWith("mul.wide", StringComparison.Ordinal)
        || operation is "add.u64" or "add.s64" or "mad.wide.u32" or "mad.wide.s32";

    static string[] Words(string line) => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>Not a directive, a label, a brace or a comment.</summary>
    static bool IsInstruction(string first) =>
        first[0] is not ('.' or '{' or '}' or '(' or ')' or '/' or ';') && first[^1] != ':';

    [GeneratedRegex(@"%[a-z]+\d+")]
    private static partial Regex Register();
}
