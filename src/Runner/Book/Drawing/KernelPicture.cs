using System.Globalization;
using System.Text.RegularExpressions;
using TripletGpu.Kernels;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Book.Code;

namespace TripletGpu.Runner.Book.Drawing;

/// <summary>
/// A picture of a kernel: what it is parallel over, with the part of one group or item in colour, and which memory each
/// value lies in. Views, shared arrays and group are those of the source; the book's file says what the axes are.
/// </summary>
static partial class KernelPicture
{
    const int Width = 720;

    /// <summary>An element <c>svg</c>.</summary>
    public static string Draw(KernelSource kernel, BookKernel says, KernelListing listing)
    {
        List<KernelValue> views = KernelValue.Views(kernel, says);
        List<string> shared = [.. Arrays(listing, "SharedMemory")];
        // Forms for a CPU have arrays that a GPU's form of the same kernel does not use.
        bool isInRegisters = listing.Ptx?.All(l => !l.Text.Contains(".local", StringComparison.Ordinal)) ?? false;
        List<string> own = isInRegisters ? [] : [.. Arrays(listing, "LocalMemory")];
        SvgText svg = new();
        svg.Text(0, 14, "global memory, read", "lab");
        svg.Text(Width, 14, "global memory, written", "lab", "end");
        int left = Boxes(svg, [.. views.Where(v => v.IsRead)], 0, 24);
        int right = Boxes(svg, [.. views.Where(v => v.IsWritten)], Width - 150, 24);
        svg.Text(Width / 2, 14, $"parallel over {says.Grid.Of}", "lab", "middle");
        GridDrawing.Draw(svg, says.Grid, Width / 2 - 90, 24);
        int top = Math.Max(Math.Max(left, right), 24 + GridDrawing.Height) + 16;
        svg.Arrow(152, 70, Width / 2 - 96, 70);
        svg.Arrow(Width / 2 + 96, 70, Width - 154, 70);
        bool isGrouped = kernel.IndexDimensions == 0;
        int items = kernel.Group is { } g ? g.X * g.Y * g.Z : 0;
        string who = isGrouped
            ? string.Create(CultureInfo.InvariantCulture, $"one group, {Counted.Of(items, "item")}")
            : "one item, no group of its own";
        string share = Share(says.Grid);
        svg.Line(Width / 2, 24 + GridDrawing.Height - 4, Width / 2, top, "link");
        int line = top + 22;
        svg.Text(16, line, $"{who}: {share}", "strong");
        line += 12;
        foreach (string array in shared) line = Memory(svg, line, "shared memory", array, "shared");
        line = Memory(svg, line, "registers", says.Registers, "registers");
        foreach (string array in own) line = Memory(svg, line, "private memory", array, "private");
        svg.Frame(0, top, Width, line + 8 - top);
        return svg.Close(Width, line + 12, $"What {kernel.Name} is parallel over, and where its values lie");
    }

    static int Boxes(SvgText svg, IReadOnlyList<KernelValue> values, int x, int y)
    {
        foreach (KernelValue value in values)
        {
            svg.Box(x, y, 150, 30, "global");
            svg.Text(x + 8, y + 13, value.Name, "name");
            svg.Text(x + 8, y + 25, value.Shape, "lab");
            y += 35;
        }
        if (values.Count == 0) svg.Text(x + 8, y + 13, "none", "lab");
        return y;
    }

    static int Memory(SvgText svg, int y, string kind, string text, string style)
    {
        svg.Box(16, y, Width - 32, 22, style);
        svg.Text(26, y + 15, kind, "lab");
        svg.Text(136, y + 15, text, "name");
        return y + 28;
    }

    static string Share(BookGrid grid) => grid.Share switch
    {
        GridShare.Cell => "one element",
        GridShare.Run => "some neighbours",
        GridShare.Tile => "a tile",
        GridShare.Row => "a whole line",
        GridShare.Column => "a whole column",
        _ => "everything",
    };

    static IEnumerable<string> Arrays(KernelListing listing, string memory)
    {
        foreach (CSharpRow row in listing.CSharp)
        {
            Match match = Allocation().Match(row.Text);
            if (match.Success && match.Groups["memory"].Value == memory)
                yield return $"{match.Groups["name"].Value}: {match.Groups["count"].Value.Trim()}"
                    + $" {match.Groups["type"].Value}";
        }
    }

    [GeneratedRegex(
        @"(?<name>\w+) = (?<memory>SharedMemory|LocalMemory)\.Allocate<(?<type>\w+)>\((?<count>.*?)\);")]
    private static partial Regex Allocation();
}
