namespace TripletGpu.Models.Serialization;

/// <summary>The contents of an .npy file.</summary>
/// <param name="Shape">The extents, outermost first.</param>
/// <param name="Values">The elements in C order.</param>
public readonly record struct NpyArray<T>(Shape Shape, T[] Values);
