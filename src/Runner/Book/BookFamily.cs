using System.Text.Json;
using System.Text.Json.Serialization;

namespace TripletGpu.Runner.Book;

/// <summary>
/// A family of kernels and operations: what the book says of them that their source and the documents do not. One file
/// a family in src/Runner/Book/Families, whose number is its place among the chapters.
/// </summary>
/// <param name="Title">The chapter's name.</param>
/// <param name="About">What the family has in common.</param>
/// <param name="Ops">Operations, by the name of their row in docs/ops.md.</param>
/// <param name="Kernels">Kernels, by class and method.</param>
/// <param name="Structs">Formulas of structs that kernels are bound to and that are no operation of their own.</param>
sealed record BookFamily(
    string Title, string About, IReadOnlyDictionary<string, BookOp>? Ops,
    IReadOnlyDictionary<string, BookKernel>? Kernels, IReadOnlyDictionary<string, string[]>? Structs)
{
    const string Prefix = "Book/Families/";

    static readonly JsonSerializerOptions options = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    /// <summary>All of them, in the order of the chapters.</summary>
    public static IReadOnlyList<BookFamily> ReadAll()
    {
        System.Reflection.Assembly program = typeof(BookFamily).Assembly;
        return
        [
            .. from name in program.GetManifestResourceNames().Order(StringComparer.Ordinal)
               where name.StartsWith(Prefix, StringComparison.Ordinal)
               select Read(program.GetManifestResourceStream(name)!),
        ];
    }

    static BookFamily Read(Stream stream)
    {
        using (stream) return JsonSerializer.Deserialize<BookFamily>(stream, options)!;
    }
}

/// <summary>What the book says of an operation.</summary>
/// <param name="Formula">Its value; <see cref="Drawing.MathMl"/>.</param>
/// <param name="Gradient">Its derivative.</param>
/// <param name="Oracle">Members of tests/Oracle: <c>Pooling.cs:Max</c>.</param>
/// <param name="Where">What letters mean, or a remark.</param>
/// <param name="Next">What usually follows in a training step.</param>
/// <param name="Forward">The kernels that its forward pass launches on a GPU, whatever the shapes.</param>
/// <param name="Backward">Those of its backward pass.</param>
/// <param name="Cases">How a test case of it begins, where it does not bear its name.</param>
sealed record BookOp(
    string[] Formula, string[] Gradient, string[] Oracle, string? Where, string? Next, string[]? Forward,
    string[]? Backward, string? Cases);

/// <summary>What the book says of a kernel.</summary>
/// <param name="Formula">What it computes; <see cref="Drawing.MathMl"/>.</param>
/// <param name="Shapes">How large each view is.</param>
/// <param name="Grid">What it is parallel over.</param>
/// <param name="Registers">What an item keeps.</param>
sealed record BookKernel(
    string[] Formula, IReadOnlyDictionary<string, string> Shapes, BookGrid Grid, string Registers);

/// <summary>What a kernel is parallel over.</summary>
/// <param name="Of">In words.</param>
/// <param name="Form">How it is drawn.</param>
/// <param name="Share">What one group has of it, or one item where there are no groups.</param>
sealed record BookGrid(string Of, GridForm Form, GridShare Share);

/// <summary>How what a kernel is parallel over is drawn.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GridForm>))]
enum GridForm
{
    /// <summary>One after the other.</summary>
    Line,

    /// <summary>Lines and columns.</summary>
    Matrix,

    /// <summary>Lines that are taken as a whole.</summary>
    Rows,

    /// <summary>Maps, one behind the other.</summary>
    Planes,
}

/// <summary>The part of it that one group, or item, has.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GridShare>))]
enum GridShare
{
    /// <summary>One element.</summary>
    Cell,

    /// <summary>Some neighbours.</summary>
    Run,

    /// <summary>A rectangle.</summary>
    Tile,

    /// <summary>A line.</summary>
    Row,

    /// <summary>A column.</summary>
    Column,

    /// <summary>Everything.</summary>
    All,
}
