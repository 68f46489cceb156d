namespace TripletGpu.Runner.TensorBoard;

/// <summary>An operation or a parameter of a network's graph.</summary>
/// <param name="Name">Unique; slashes make groups that TensorBoard folds.</param>
/// <param name="Operation">What it does.</param>
/// <param name="Inputs">The names of what it reads.</param>
/// <param name="Output">The shape of what it gives.</param>
sealed record GraphNode(string Name, string Operation, IReadOnlyList<string> Inputs, int[] Output);
