namespace TripletGpu.Kernels.Functions;

/// <summary>
/// A function of one value with its derivative, in a scalar and a vector form. One struct is all that a unary operation
/// needs: one generic kernel, one vector loop and one tape node serve them all.
/// </summary>
public interface IUnaryMath : IKernelTypeArgument
{
    /// <summary>
    /// What <see cref="Backward(float, float, float)"/> reads of x and y; the other arguments are undefined.
    /// </summary>
    static abstract Reads Reads { get; }

    /// <summary>y = f(x).</summary>
    static abstract float Forward(float x);

    /// <summary>dx = dy * f'(x), from x or y = f(x), as <see cref="Reads"/> says.</summary>
    static abstract float Backward(float x, float y, float dy);

    /// <summary>As <see cref="Forward(float)"/>, for every lane.</summary>
    static abstract V Forward<V>(V x) where V : struct, ISimd<V>;

    /// <summary>As <see cref="Backward(float, float, float)"/>, for every lane.</summary>
    static abstract V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V>;
}
