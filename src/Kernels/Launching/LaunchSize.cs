namespace TripletGpu.Kernels.Launching;

/// <summary>A number of groups or items along three axes.</summary>
public readonly record struct LaunchSize(int X, int Y = 1, int Z = 1)
{
    /// <summary>All of them.</summary>
    public long Count => (long)X * Y * Z;

    /// <summary>For example <c>16 x 16 x 1</c>.</summary>
    public override string ToString() => $"{X} x {Y} x {Z}";

    /// <summary>Along one axis.</summary>
    public static implicit operator LaunchSize(int x) => new(x);

    /// <summary>Along two axes.</summary>
    public static implicit operator LaunchSize((int X, int Y) size) => new(size.X, size.Y);

    /// <summary>Along three axes.</summary>
    public static implicit operator LaunchSize((int X, int Y, int Z) size) => new(size.X, size.Y, size.Z);
}
