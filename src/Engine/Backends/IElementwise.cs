using TripletGpu.Kernels.Functions;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Backends;

/// <summary>
/// One value from one or two values. The function is a type argument, so that a new function adds no method here.
/// A derivative touches its inputs and its output only where <c>TMath.Reads</c> says so: they may have been released.
/// </summary>
public interface IElementwise
{
    /// <summary>y = f(x), of the same shape.</summary>
    void Unary<TMath>(Tensor x, Tensor y) where TMath : struct, IUnaryMath;

    /// <summary>dx = dy * f'(x), overwriting or adding.</summary>
    void UnaryBackward<TMath>(Tensor x, Tensor y, Tensor dy, Gradient dx) where TMath : struct, IUnaryMath;

    /// <summary>y = f(a, b), where a and b broadcast to the shape of y as in NumPy.</summary>
    void Binary<TMath>(Tensor a, Tensor b, Tensor y) where TMath : struct, IBinaryMath;

    /// <summary>
    /// da = dy * df/da and db = dy * df/db, in this order, each summed over the axes along which its operand was
    /// broadcast; overwriting or adding. The sums are deterministic.
    /// </summary>
    void BinaryBackward<TMath>(Tensor a, Tensor b, Tensor y, Tensor dy, Gradient da, Gradient db)
        where TMath : struct, IBinaryMath;

    /// <summary>y = f(a, b) with the same b for every element.</summary>
    void WithScalar<TMath>(Tensor a, float b, Tensor y) where TMath : struct, IBinaryMath;

    /// <summary>da = dy * df/da of <see cref="WithScalar"/>, overwriting or adding.</summary>
    void WithScalarBackward<TMath>(Tensor a, float b, Tensor y, Tensor dy, Gradient da)
        where TMath : struct, IBinaryMath;

    /// <summary>y = scale * x + shift, overwriting or adding to the target.</summary>
    void Affine(Tensor x, float scale, float shift, Gradient y);

    /// <summary>
    /// y = x / (1 - rate) where <paramref name="mask"/> keeps the element, elsewhere 0; overwriting or adding.
    /// </summary>
    void Dropout(Tensor x, DropoutMask mask, Gradient y);
}
