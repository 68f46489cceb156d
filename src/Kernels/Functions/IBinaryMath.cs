namespace TripletGpu.Kernels.Functions;

/// <summary>
/// A function of two values with its partial derivatives, in a scalar and a vector form. With the second operand a
/// constant it is also the form of a function with a parameter.
/// </summary>
public interface IBinaryMath : IKernelTypeArgument
{
    /// <summary>What the derivatives read; the other arguments are undefined.</summary>
    static abstract Reads Reads { get; }

    /// <summary>y = f(a, b).</summary>
    static abstract float Forward(float a, float b);

    /// <summary>da = dy * df/da.</summary>
    static abstract float BackwardA(float a, float b, float y, float dy);

    /// <summary>db = dy * df/db.</summary>
    static abstract float BackwardB(float a, float b, float y, float dy);

    /// <summary>As <see cref="Forward(float, float)"/>, for every lane.</summary>
    static abstract V Forward<V>(V a, V b) where V : struct, ISimd<V>;

    /// <summary>As <see cref="BackwardA(float, float, float, float)"/>, for every lane.</summary>
    static abstract V BackwardA<V>(V a, V b, V y, V dy) where V : struct, ISimd<V>;

    /// <summary>As <see cref="BackwardB(float, float, float, float)"/>, for every lane.</summary>
    static abstract V BackwardB<V>(V a, V b, V y, V dy) where V : struct, ISimd<V>;
}
