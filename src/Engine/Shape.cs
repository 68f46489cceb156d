using System.Runtime.CompilerServices;

namespace TripletGpu;

/// <summary>
/// The extents of a tensor, outermost first (images are N C H W). A value: comparing, copying and indexing allocate
/// nothing. Rank 0 is a scalar of one element.
/// </summary>
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The largest rank that a tensor may have.</summary>
    public const int MaxRank = 6;

    readonly Extents extents;

    /// <param name="extents">The extents, none negative, outermost first.</param>
    /// <exception cref="ArgumentException">More than <see cref="MaxRank"/> extents, or a negative one.</exception>
    public Shape(params ReadOnlySpan<int> extents)
    {
        if (extents.Length > MaxRank)
            throw new ArgumentException($"a tensor has at most {MaxRank} dimensions, not {extents.Length}");
        Rank = extents.Length;
        for (int i = 0; i < extents.Length; i++)
        {
            if (extents[i] < 0) throw new ArgumentException($"extent {i} is negative: {extents[i]}");
            this.extents[i] = extents[i];
        }
    }

    /// <summary>A scalar: rank 0, one element.</summary>
    public static Shape Scalar => default;

    /// <summary>The number of dimensions.</summary>
    public int Rank { get; }

    /// <summary>
    /// The extent of one axis; negative axes count from the end, so <c>shape[-1]</c> is the innermost.
    /// </summary>
    public int this[int axis] => extents[Axis(axis)];

    /// <summary>The number of elements: the product of the extents.</summary>
    /// <exception cref="OverflowException">They are more than 64 bits count.</exception>
    public long Count
    {
        get
        {
            long count = 1;
            for (int i = 0; i < Rank; i++)
                if (Math.BigMul(count, extents[i], out count) != 0 || count < 0)
                    throw new OverflowException($"too many elements to count: {this}");
            return count;
        }
    }

    /// <summary>
    /// The product of the extents from axis <paramref name="from"/> up to, not including, <paramref name="to"/>.
    /// </summary>
    public int Product(int from, int to)
    {
        int product = 1;
        for (int i = from; i < to; i++) product = checked(product * extents[i]);
        return product;
    }

    /// <summary>The same shape with one extent replaced.</summary>
    public Shape With(int axis, int extent)
    {
        Span<int> copy = stackalloc int[Rank];
        CopyTo(copy);
        copy[Axis(axis)] = extent;
        return new Shape(copy);
    }

    /// <summary>Writes the extents to <paramref name="to"/>, which holds at least <see cref="Rank"/>.</summary>
    public void CopyTo(Span<int> to)
    {
        for (int i = 0; i < Rank; i++) to[i] = extents[i];
    }

    /// <summary>The extents as a new array.</summary>
    public int[] ToArray()
    {
        int[] array = new int[Rank];
        CopyTo(array);
        return array;
    }

    /// <inheritdoc/>
    public bool Equals(Shape other)
    {
        if (Rank != other.Rank) return false;
        for (int i = 0; i < Rank; i++)
            if (extents[i] != other.extents[i]) return false;
        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        int hash = Rank;
        for (int i = 0; i < Rank; i++) hash = HashCode.Combine(hash, extents[i]);
        return hash;
    }

    /// <summary>Whether two shapes have the same rank and extents.</summary>
    public static bool operator ==(Shape a, Shape b) => a.Equals(b);

    /// <summary>Whether two shapes differ in rank or in an extent.</summary>
    public static bool operator !=(Shape a, Shape b) => !a.Equals(b);

    /// <summary>For example <c>(8, 3, 224, 224)</c>.</summary>
    public override string ToString() => $"({string.Join(", ", ToArray())})";

    int Axis(int axis)
    {
        int i = axis < 0 ? axis + Rank : axis;
        return (uint)i < (uint)Rank ? i
            : throw new ArgumentOutOfRangeException(nameof(axis), $"axis {axis} of a shape of rank {Rank}");
    }

    [InlineArray(MaxRank)]
    struct Extents
    {
        int first;
    }
}
