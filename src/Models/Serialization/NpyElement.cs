namespace TripletGpu.Models.Serialization;

/// <summary>What the elements of an .npy file are.</summary>
/// <param name="Kind">NumPy's letter: f float, i signed, u unsigned, b boolean.</param>
/// <param name="Bytes">The size of one.</param>
/// <param name="IsBigEndian">Whether the most significant byte comes first.</param>
public readonly record struct NpyElement(char Kind, int Bytes, bool IsBigEndian)
{
    /// <summary>Whether the elements are whole numbers, booleans (0, 1) among them.</summary>
    public bool IsInteger => Kind != 'f';

    /// <summary>Whether the elements are bytes, as images often are.</summary>
    public bool IsByte => Kind == 'u' && Bytes == 1;

    /// <summary>NumPy's name: <c>float32</c>, <c>uint8</c>, <c>int64 (big-endian)</c>.</summary>
    public override string ToString()
    {
        string name = Kind switch { 'f' => "float", 'i' => "int", 'u' => "uint", _ => "bool" };
        return (Kind == 'b' ? name : $"{name}{8 * Bytes}") + (IsBigEndian ? " (big-endian)" : "");
    }

    /// <summary>
    /// Reads NumPy's descriptor, for example <c>&lt;f4</c>; null for what cannot be converted to numbers.
    /// </summary>
    internal static NpyElement? Parse(string descriptor) =>
        descriptor.Length == 3 && "<>|=".Contains(descriptor[0]) && IsKnown(descriptor[1], descriptor[2] - '0')
            ? new NpyElement(descriptor[1], descriptor[2] - '0', descriptor[0] == '>' && descriptor[2] != '1') : null;

    static bool IsKnown(char kind, int bytes) => (kind, bytes) switch
    {
        ('f', 2 or 4 or 8) or ('i' or 'u', 1 or 2 or 4 or 8) or ('b', 1) => true,
        _ => false,
    };
}
