namespace ILGPU;

/// <summary>A one-dimensional index; the first parameter of an implicitly grouped kernel.</summary>
public readonly struct Index1D(int x)
{
    public int X { get; } = x;

    public static implicit operator int(Index1D index) => index.X;

    public static implicit operator Index1D(int x) => new(x);
}

/// <summary>A two-dimensional index.</summary>
public readonly struct Index2D(int x, int y)
{
    public int X { get; } = x;

    public int Y { get; } = y;
}

/// <summary>A three-dimensional index.</summary>
public readonly struct Index3D(int x, int y, int z)
{
    public int X { get; } = x;

    public int Y { get; } = y;

    public int Z { get; } = z;
}
