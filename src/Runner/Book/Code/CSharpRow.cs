using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Book.Code;

/// <summary>A line of C# in a listing; its row is its place there.</summary>
/// <param name="File">The file it is from.</param>
/// <param name="Number">Its number there, from 1.</param>
/// <param name="Text">Moved to the left margin of its piece.</param>
/// <param name="IsFirst">Whether a piece begins here.</param>
sealed record CSharpRow(SourceFile File, int Number, string Text, bool IsFirst)
{
    /// <summary>How many lines of OpenCL C and CUDA C it became.</summary>
    public int DeviceLines { get; set; }

    /// <summary>How many instructions of PTX.</summary>
    public int Instructions { get; set; }

    /// <summary>The row where the statement begins that this line is a part of.</summary>
    public int Statement { get; set; }

    /// <summary>Whether there is more than a comment or a brace.</summary>
    public bool IsCode => Text.Trim() is { Length: > 0 } text and not ("{" or "}" or "};")
        && !text.StartsWith("//", StringComparison.Ordinal) && !text.StartsWith('[');

    /// <summary>What became of it, in words.</summary>
    public string Fate(bool hasPtx) => this switch
    {
        { IsCode: false, DeviceLines: 0 } => "",
        { IsCode: false } => $"{Counted.Of(DeviceLines, "line")} of C",
        { DeviceLines: 0, Instructions: 0 } => "nothing on a device: it is there for C# alone",
        { DeviceLines: 0 } => $"nothing in C, whose prelude has it; {Counted.Of(Instructions, "instruction")} of PTX",
        _ when !hasPtx => $"{Counted.Of(DeviceLines, "line")} of C",
        { Instructions: 0 } =>
            $"{Counted.Of(DeviceLines, "line")} of C; no instruction of its own in PTX: folded into others, a name"
                + " alone, or a call whose function stands in its place",
        _ => $"{Counted.Of(DeviceLines, "line")} of C, {Counted.Of(Instructions, "instruction")} of PTX",
    };
}
