namespace TripletGpu.Kernels.Optimizers;

/// <summary>A run of tensors of weights that are updated together.</summary>
/// <param name="Run">The run.</param>
/// <param name="Kept">Values that the rule keeps for each weight: 0 to 2.</param>
/// <param name="Number">The update's number, above 0.</param>
/// <param name="Each">Neighbours that an item takes.</param>
public readonly record struct UpdateDims(TensorRun Run, int Kept, int Number, int Each);
