namespace TripletGpu.Backends;

/// <summary>Sums along axes, copies that change the order of elements, softmax along the last axis.</summary>
public interface IReduction
{
    /// <summary>
    /// y = scale * the sum of x over the axes along which <paramref name="to"/>, aligned at the last axis, has extent 1
    /// or no axis; overwriting or adding. Deterministic; long sums are as precise as in double.
    /// </summary>
    /// <param name="x">The summands.</param>
    /// <param name="to">The shape of the sums; y has as many elements.</param>
    /// <param name="scale">A factor, such as one over the number of summands.</param>
    /// <param name="y">The sums.</param>
    void Sum(Tensor x, Shape to, float scale, Gradient y);

    /// <summary>
    /// Copies a box of elements, times <paramref name="scale"/>, overwriting or adding: permutations, slices, parts of
    /// a concatenation, repetitions. No two elements of the target are the same; what is outside its box stays.
    /// </summary>
    void Copy(Strided from, Strided to, Shape box, float scale, bool accumulate);

    /// <summary>y = the tensors one after the other along an axis.</summary>
    void Join(ReadOnlySpan<Tensor> parts, Tensor y, int axis);

    /// <summary>
    /// The gradients of the tensors that <see cref="Join"/> has joined. Written in order: one may be given twice.
    /// </summary>
    /// <param name="dy">The gradient of the joined tensor.</param>
    /// <param name="parts">Where they go.</param>
    /// <param name="extents">The tensors' extents along the axis.</param>
    /// <param name="axis">The axis.</param>
    void Split(Tensor dy, ReadOnlySpan<Gradient> parts, ReadOnlySpan<int> extents, int axis);

    /// <summary>
    /// y = x - ln sum e^x along the last axis; the largest element is subtracted before the exponential.
    /// </summary>
    void LogSoftmax(Tensor x, Tensor y);

    /// <summary>dx = dy - e^y * sum dy along the last axis, overwriting or adding.</summary>
    void LogSoftmaxBackward(Tensor y, Tensor dy, Gradient dx);

    /// <summary>
    /// The mean over rows n of ln sum e^x[n] - x[n, label[n]]; a label outside 0 .. classes - 1 makes it NaN.
    /// </summary>
    /// <param name="x">The logits [n, classes].</param>
    /// <param name="labels">Int32 [n].</param>
    /// <param name="logSums">[n, 2]: gets each row's largest logit, and ln sum e^(x - largest).</param>
    /// <param name="loss">The mean, one element.</param>
    void SoftmaxCrossEntropy(Tensor x, Tensor labels, Tensor logSums, Tensor loss);

    /// <summary>dx[n, c] = dloss / n * (softmax(x[n])[c] - [c = label[n]]), overwriting or adding.</summary>
    void SoftmaxCrossEntropyBackward(Tensor x, Tensor labels, Tensor logSums, Tensor dloss, Gradient dx);
}
