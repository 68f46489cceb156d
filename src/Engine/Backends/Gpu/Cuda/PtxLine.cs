using TripletGpu.Kernels;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>A line of PTX.</summary>
/// <param name="Text">As the assembler takes it.</param>
/// <param name="Origin">The line of C# that became it; null of declarations, labels and what ILGPU adds.</param>
public sealed record PtxLine(string Text, SourceLine? Origin);
