namespace TripletGpu.Kernels;

/// <summary>
/// Marks a static method that the kernel compiler turns into OpenCL C and CUDA C. A kernel with an index as its first
/// parameter is implicitly grouped: parallel over the index, without shared memory. One without is explicitly grouped
/// and names its group's size.
/// </summary>
/// <param name="groupX">Items of a group along X; 0 for a kernel with an index.</param>
/// <param name="groupY">Items along Y.</param>
/// <param name="groupZ">Items along Z.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KernelAttribute(int groupX = 0, int groupY = 1, int groupZ = 1) : Attribute
{
    /// <summary>Items of a group along X, Y and Z.</summary>
    public (int X, int Y, int Z) Group => (groupX, groupY, groupZ);

    /// <summary>
    /// The type parameter, an <see cref="IGroupShape"/>, that gives the size instead: <c>nameof(TTile)</c>.
    /// </summary>
    public string? GroupOf { get; init; }
}

/// <summary>A view of a kernel that may overlap another argument: it gets no <c>restrict</c>.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class MayAliasAttribute : Attribute;
