namespace TripletGpu.Kernels.Optimizers;

/// <summary>Tensors that lie one behind the other in a view: <see cref="OptimizerKernels.Alignment"/>.</summary>
/// <param name="Count">Elements from the first tensor's first to the last one's last; 0 for no tensors.</param>
/// <param name="Tensor">The first tensor's number among those that are marked.</param>
public readonly record struct TensorRun(int Count, int Tensor);

/// <summary>Eight runs of tensors that are looked through together, and the number that marks a tensor.</summary>
/// <param name="A">The first run.</param>
/// <param name="B">The second.</param>
/// <param name="C">The third.</param>
/// <param name="D">The fourth.</param>
/// <param name="E">The fifth.</param>
/// <param name="F">The sixth.</param>
/// <param name="G">The seventh.</param>
/// <param name="H">The eighth.</param>
/// <param name="Number">What a mark is set to.</param>
/// <param name="Each">Neighbours that an item takes.</param>
public readonly record struct MarkDims(
    TensorRun A, TensorRun B, TensorRun C, TensorRun D, TensorRun E, TensorRun F, TensorRun G, TensorRun H, int Number,
    int Each);
