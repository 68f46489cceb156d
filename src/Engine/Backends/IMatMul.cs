namespace TripletGpu.Backends;

/// <summary>Products of row-major matrices.</summary>
public interface IMatMul
{
    /// <summary>
    /// C = op(A) op(B), overwriting or adding to the target; op transposes where asked. C is (M, N); A is (M, K), or
    /// (K, M) transposed; B is (K, N), or (N, K) transposed. Of rank 3 all three are as many matrices, multiplied one
    /// by one.
    /// </summary>
    void Multiply(Tensor a, bool transposeA, Tensor b, bool transposeB, Gradient c);

    /// <summary>y = x weight' + bias: x (N, in), weight (out, in), bias (out) or null. Overwrites y.</summary>
    void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y);

    /// <summary>
    /// The weight in the form in which <see cref="Linear"/> multiplies by it, for one that stays as it is: it is
    /// computed once, and Linear finds it at <see cref="Tensor.Prepared"/>. Null where there is no such form.
    /// </summary>
    /// <param name="weight">(out, in).</param>
    IPackedWeight? Prepare(Tensor weight) => null;

    /// <summary>Sums the rows of a matrix (N, D) into (D): the gradient of a bias.</summary>
    void SumRows(Tensor x, Gradient sums);
}
