namespace ILGPU.Runtime;

/// <summary>A launch-time constant: one compilation of the kernel for each value.</summary>
public readonly struct SpecializedValue<T>(T value) where T : unmanaged, IEquatable<T>
{
    public T Value { get; } = value;
}
