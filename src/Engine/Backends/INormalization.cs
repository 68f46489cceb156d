namespace TripletGpu.Backends;

/// <summary>Batch norm, local response norm and L2 normalisation.</summary>
public interface INormalization
{
    /// <summary>
    /// Whether <see cref="BatchNorm"/> writes, and <see cref="BatchNormBackward"/> reads dy of, maps in blocks that are
    /// some channels of larger ones.
    /// </summary>
    bool TakesChannelsOfMaps => false;

    /// <summary>
    /// Batch norm with the statistics of the batch: y = (x - mean) / sqrt(variance + epsilon) * weight + bias a
    /// channel, + <paramref name="residual"/> if there is one, then max(0, y) if <paramref name="relu"/>. x is
    /// (N, C, H, W) or (N, C). Writes mean (as the sum of two floats) and 1 / sqrt(variance + epsilon) to
    /// <paramref name="statistics"/> (3, C), and moves the running mean and the running (unbiased) variance by
    /// <paramref name="momentum"/> towards the batch's.
    /// </summary>
    void BatchNorm(
        Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, Tensor? residual, Tensor y,
        Tensor statistics, float momentum, float epsilon, bool relu);

    /// <summary>As <see cref="BatchNorm"/> with the running statistics, which stay as they are.</summary>
    void FrozenBatchNorm(
        Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, Tensor? residual, Tensor y,
        Tensor statistics, float epsilon, bool relu);

    /// <summary>
    /// What the ranks that share a batch tell each other of theirs: <paramref name="moments"/> (3, C) gets the mean (as
    /// the sum of two floats) and the sum of squared deviations from it, a channel.
    /// </summary>
    void BatchMoments(Tensor x, Tensor moments);

    /// <summary>
    /// The second half of <see cref="BatchNorm"/>, with <paramref name="statistics"/> as they stand there.
    /// </summary>
    void NormalizeBatch(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor? residual, Tensor y, bool relu);

    /// <summary>
    /// The dx of <see cref="BatchNormBackward"/> where sum(g) and sum(g * n) are given, as <paramref name="sums"/>
    /// (2, C): the means of g and g * n are these divided by the elements of a channel of x.
    /// </summary>
    void BatchNormInputGradient(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor dy, Tensor sums, Gradient dx, bool relu);

    /// <summary>
    /// With g = dy (where y was positive, if <paramref name="relu"/>) and n = (x - mean) * inverse deviation:
    /// dweight = sum(g * n), dbias = sum(g), dx = weight * inverse deviation * (g - mean(g) - n * mean(g * n)); frozen
    /// statistics are constants, so dx = weight * inverse deviation * g. Each gradient may be left out.
    /// </summary>
    void BatchNormBackward(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor dy,
        Gradient dx, Gradient dweight, Gradient dbias, bool frozen, bool relu);

    /// <summary>
    /// y = x / (k + alpha / size * sum of x^2 over channels c - size / 2 .. c + (size - 1) / 2) ^ beta, N C H W.
    /// </summary>
    void LocalResponseNorm(Tensor x, Tensor y, int size, float alpha, float beta, float k);

    /// <summary>The gradient of <see cref="LocalResponseNorm"/>.</summary>
    void LocalResponseNormBackward(Tensor x, Tensor dy, Gradient dx, int size, float alpha, float beta, float k);

    /// <summary>
    /// y = x / max(|x|, epsilon) for each row of x (N, D), also where |x|^2 overflows; <paramref name="norms"/> (N)
    /// gets |x|.
    /// </summary>
    void L2Normalize(Tensor x, Tensor y, Tensor norms, float epsilon);

    /// <summary>dx = (dy - y * (y . dy)) / |x|; 0 for rows with |x| below epsilon.</summary>
    void L2NormalizeBackward(Tensor y, Tensor norms, Tensor dy, Gradient dx, float epsilon);
}
