namespace TripletGpu.Ops;

/// <summary>The operations as methods of tensors. Each stands in the file of its operation.</summary>
public static partial class TensorOps;
