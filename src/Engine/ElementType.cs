namespace TripletGpu;

/// <summary>What a tensor holds. Values are float32; labels and indices are int32. Both are four bytes.</summary>
public enum ElementType
{
    /// <summary>IEEE single precision.</summary>
    Float32,

    /// <summary>Signed 32-bit integers: labels, indices of a pooling window, triplets. Never differentiated.</summary>
    Int32,
}
