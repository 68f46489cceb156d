using TripletGpu.Kernels.Functions;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

public static partial class TensorOps
{
    /// <summary>max(0, x).</summary>
    public static Tensor Relu(this Tensor x) => new Unary<Relu>().Apply(x);

    /// <summary>e^x.</summary>
    public static Tensor Exp(this Tensor x) => new Unary<Exp>().Apply(x);

    /// <summary>The natural logarithm.</summary>
    public static Tensor Log(this Tensor x) => new Unary<Log>().Apply(x);

    /// <summary>The square root; its gradient at 0 is 0.</summary>
    public static Tensor Sqrt(this Tensor x) => new Unary<Sqrt>().Apply(x);

    /// <summary>x^2.</summary>
    public static Tensor Square(this Tensor x) => new Unary<Square>().Apply(x);

    /// <summary>1 / (1 + e^-x).</summary>
    public static Tensor Sigmoid(this Tensor x) => new Unary<Sigmoid>().Apply(x);

    /// <summary>The hyperbolic tangent.</summary>
    public static Tensor Tanh(this Tensor x) => new Unary<Tanh>().Apply(x);

    /// <summary>x / (1 + e^-x), x times its sigmoid; also called Swish.</summary>
    public static Tensor Silu(this Tensor x) => new Unary<Silu>().Apply(x);

    /// <summary>x min(max(x / 6 + 1/2, 0), 1).</summary>
    public static Tensor HardSwish(this Tensor x) => new Unary<HardSwish>().Apply(x);

    /// <summary>x (1 + erf(x / sqrt(2))) / 2.</summary>
    public static Tensor Gelu(this Tensor x) => new Unary<Gelu>().Apply(x);

    /// <summary>-x.</summary>
    public static Tensor Negate(this Tensor x) => new Unary<Negate>().Apply(x);

    /// <summary>1 / x.</summary>
    public static Tensor Reciprocal(this Tensor x) => new Unary<Reciprocal>().Apply(x);

    /// <summary>|x|; its gradient at 0 is 0.</summary>
    public static Tensor Abs(this Tensor x) => new Unary<Abs>().Apply(x);

    /// <summary>1, -1, or x where that is 0 or NaN; its gradient is 0.</summary>
    public static Tensor Sign(this Tensor x) => new Unary<Sign>().Apply(x);

    /// <summary>The error function, 2 / sqrt(pi) * the integral of e^-t^2 from 0 to x.</summary>
    public static Tensor Erf(this Tensor x) => new Unary<Erf>().Apply(x);

    /// <summary>x where that is at least 0, elsewhere slope * x; shapes broadcast.</summary>
    public static Tensor PRelu(this Tensor x, Tensor slope) => new Binary<PRelu>().Apply(x, slope);

    /// <summary>a + b; shapes broadcast.</summary>
    public static Tensor Add(this Tensor a, Tensor b) => new Binary<Add>().Apply(a, b);

    /// <summary>a - b; shapes broadcast.</summary>
    public static Tensor Subtract(this Tensor a, Tensor b) => new Binary<Subtract>().Apply(a, b);

    /// <summary>a * b, element by element; shapes broadcast.</summary>
    public static Tensor Multiply(this Tensor a, Tensor b) => new Binary<Multiply>().Apply(a, b);

    /// <summary>a / b, element by element; shapes broadcast.</summary>
    public static Tensor Divide(this Tensor a, Tensor b) => new Binary<Divide>().Apply(a, b);

    /// <summary>The larger of each pair; shapes broadcast. Where they are equal, the gradient goes to a.</summary>
    public static Tensor Maximum(this Tensor a, Tensor b) => new Binary<Maximum>().Apply(a, b);

    /// <summary>The smaller of each pair; shapes broadcast. Where they are equal, the gradient goes to a.</summary>
    public static Tensor Minimum(this Tensor a, Tensor b) => new Binary<Minimum>().Apply(a, b);

    /// <summary>max(x, b) with a constant b.</summary>
    public static Tensor Maximum(this Tensor x, float b) => new WithScalar<Maximum>(b).Apply(x);

    /// <summary>min(x, b) with a constant b.</summary>
    public static Tensor Minimum(this Tensor x, float b) => new WithScalar<Minimum>(b).Apply(x);

    /// <summary>a^b, element by element; shapes broadcast. NaN where a is negative and b no whole number.</summary>
    public static Tensor Power(this Tensor a, Tensor b) => new Binary<Power>().Apply(a, b);

    /// <summary>x^b with a constant b.</summary>
    public static Tensor Power(this Tensor x, float b) => new WithScalar<Power>(b).Apply(x);

    /// <summary>scale * x + shift.</summary>
    public static Tensor Affine(this Tensor x, float scale, float shift = 0) => new Affine(scale, shift).Apply(x);

    /// <summary>factor * x.</summary>
    public static Tensor Scale(this Tensor x, float factor) => x.Affine(factor);

    /// <summary>x within [low, high]; the gradient outside is 0, at the bounds it passes.</summary>
    public static Tensor Clip(this Tensor x, float low, float high) => x.Maximum(low).Minimum(high);
}
