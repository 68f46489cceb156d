namespace TripletGpu.Kernels.Optimizers;

/// <summary>Eight tensors that are looked through together, and the number that marks one.</summary>
/// <param name="A">Elements of the first tensor; 0 for none.</param>
/// <param name="B">Elements of the second.</param>
/// <param name="C">Elements of the third.</param>
/// <param name="D">Elements of the fourth.</param>
/// <param name="E">Elements of the fifth.</param>
/// <param name="F">Elements of the sixth.</param>
/// <param name="G">Elements of the seventh.</param>
/// <param name="H">Elements of the eighth.</param>
/// <param name="First">The place of the first tensor's mark.</param>
/// <param name="Number">What a mark is set to.</param>
public readonly record struct MarkDims(
    int A, int B, int C, int D, int E, int F, int G, int H, int First, int Number);
