using System.Text.RegularExpressions;
using TripletGpu.Kernels;

namespace TripletGpu.Runner.Book.Drawing;

/// <summary>A view that a kernel is given.</summary>
/// <param name="Name">The parameter.</param>
/// <param name="Shape">Its extents, or its type where the book's file says none.</param>
/// <param name="IsRead">Whether the kernel reads from it; what a function of the kernel adds to is not told.</param>
/// <param name="IsWritten">Whether the kernel writes to it.</param>
sealed record KernelValue(string Name, string Shape, bool IsRead, bool IsWritten)
{
    const string View = "ArrayView<";

    // Brackets may stand in brackets; what is between these is never given back, so that the end is the right one.
    const string Index = @"(?>\[(?:[^\[\]]|(?<open>\[)|(?<-open>\]))*(?(open)(?!))\])";

    /// <summary>The views of a kernel, in the order of its parameters.</summary>
    public static List<KernelValue> Views(KernelSource kernel, BookKernel says)
    {
        List<KernelValue> values = [];
        // The device text says const of what is only read.
        string head = kernel.Body[kernel.Body.LastIndexOf("KERNEL", StringComparison.Ordinal)..];
        foreach (string name in Names(kernel))
        {
            string word = name;
            int at = head.IndexOf($", {word})", StringComparison.Ordinal);
            if (at < 0) at = head.IndexOf($", {word = $"{name}_"})", StringComparison.Ordinal); // a word of C
            string declaration = head[..at][head[..at].LastIndexOf('(')..];
            bool isWritten = !declaration.Contains(" const ", StringComparison.Ordinal);
            bool isRead = !isWritten || Regex.IsMatch(head, $@"\b{word}{Index}(?!\s*=[^=])");
            values.Add(new(name, says.Shapes.GetValueOrDefault(name, ""), isRead, isWritten));
        }
        return values;
    }

    /// <summary>The names of a kernel's views.</summary>
    public static IEnumerable<string> Names(KernelSource kernel) =>
        from parameter in kernel.Parameters
        where parameter.StartsWith(View, StringComparison.Ordinal)
        select parameter.Split(' ')[^1].TrimStart('@');
}
