namespace TripletGpu.Runner.Book.Code;

/// <summary>A line of a program, beside the C# that it is from.</summary>
/// <param name="Text">The line.</param>
/// <param name="Rows">
/// The rows of the C# listing that became it; none of what stands there for its language's sake.
/// </param>
/// <param name="Note">Where else it is from, for people; empty where rows say all.</param>
sealed record ListedLine(string Text, IReadOnlyList<int> Rows, string Note = "");
