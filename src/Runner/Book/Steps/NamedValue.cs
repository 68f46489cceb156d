namespace TripletGpu.Runner.Book.Steps;

/// <summary>A value of the walked step.</summary>
/// <param name="Name">As the command line takes it: <c>conv1.weight</c>.</param>
/// <param name="Shape">Its extents; none of a single number.</param>
/// <param name="What">In words.</param>
/// <param name="Numbers">In the order of memory.</param>
sealed record NamedValue(string Name, int[] Shape, string What, float[] Numbers);
