using TripletGpu.Models.Diagnostics;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Diagnostics;

public sealed class EmbeddingDiagnosticsTests
{
    [Test]
    public void Spread_IsTheMeanOverAllPairs()
    {
        const int N = 17, D = 5;
        double[] e = Values.Normal(N * D, new Random(1));
        double sum = 0;
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                for (int k = 0; k < D; k++) sum += Math.Pow(e[i * D + k] - e[j * D + k], 2);
        Assert.That(EmbeddingDiagnostics.Spread(Values.ToSingle(e), D), Is.EqualTo(sum / (N * N)).Within(1e-9));
    }

    [Test]
    public void NormPercentiles_Interpolate()
    {
        float[] e = [.. Enumerable.Range(0, 21).SelectMany(i => new[] { 0f, -i })];
        Assert.That(EmbeddingDiagnostics.NormPercentiles(e, 2), Is.EqualTo((1f, 19f)));
    }

    [Test]
    public void EffectiveRank_CountsEqualDirections()
    {
        // Plus and minus each axis: centred, every axis has the same singular value.
        const int D = 6;
        float[] e = new float[2 * D * D];
        for (int k = 0; k < D; k++) (e[2 * k * D + k], e[(2 * k + 1) * D + k]) = (3, -3);
        Assert.That(EmbeddingDiagnostics.EffectiveRank(e, D), Is.EqualTo(D).Within(1e-6));
    }

    [TestCase(40, 12)]
    [TestCase(5, 20)] // fewer rows than columns: at most N - 1 directions
    public void EffectiveRank_OfNoise_IsNearItsBound(int n, int d)
    {
        float[] e = Values.ToSingle(Values.Normal(n * d, new Random(1)));
        int bound = Math.Min(n - 1, d);
        Assert.That(
            EmbeddingDiagnostics.EffectiveRank(e, d), Is.GreaterThan(0.9 * bound).And.LessThanOrEqualTo(bound + 1e-9));
    }

    [Test]
    public void EffectiveRank_OfALine_IsOne_AndOfAPoint_IsZero()
    {
        float[] line = [.. Enumerable.Range(0, 30).SelectMany(i => new[] { i, 2f * i, -i })];
        float[] point = [.. Enumerable.Range(0, 30).SelectMany(_ => new[] { 0.1f, 0.7f, -0.3f })];
        Assert.That(EmbeddingDiagnostics.EffectiveRank(line, 3), Is.EqualTo(1).Within(1e-6));
        Assert.That(EmbeddingDiagnostics.EffectiveRank(point, 3), Is.Zero);
    }

    [Test]
    public void Eigenvalues_HaveTheTraceAndTheSquaresOfTheMatrix()
    {
        const int N = 23;
        double[,] a = new double[N, N];
        double[] values = Values.Normal(N * N, new Random(1));
        double trace = 0, squares = 0;
        for (int i = 0; i < N; i++)
            for (int j = 0; j <= i; j++)
            {
                a[i, j] = a[j, i] = values[i * N + j];
                squares += (i == j ? 1 : 2) * a[i, j] * a[i, j];
                if (i == j) trace += a[i, i];
            }
        double[] eigenvalues = SymmetricEigenvalues.Of(a);
        Assert.That(eigenvalues.Sum(), Is.EqualTo(trace).Within(1e-9));
        Assert.That(eigenvalues.Sum(v => v * v), Is.EqualTo(squares).Within(1e-9));
    }

    [Test]
    public void Verdict_NamesACollapse_AndOnlyThat()
    {
        Random random = new(3);
        const int N = 50, D = 16;
        float[] healthy = Values.ToSingle(Values.Normal(N * D, random));
        float[] point = [.. Enumerable.Range(0, N * D).Select(i => 0.25f + (float)Values.Normal(1, random, 1e-4)[0])];
        float[] line = [.. Enumerable.Range(0, N * D).Select(i => i / D % 2 == 0 ? 0.25f : -0.25f)];
        Assert.That(EmbeddingDiagnostics.Verdict(healthy, D, EmbeddingDiagnostics.EffectiveRank(healthy, D)), Is.Null);
        Assert.That(
            EmbeddingDiagnostics.Verdict(point, D),
            Does.StartWith("The embedding has collapsed: ").And.Contains("learning rate"));
        Assert.That(
            EmbeddingDiagnostics.Verdict(line, D, EmbeddingDiagnostics.EffectiveRank(line, D)), Does.Contain("line"));
        Assert.That(EmbeddingDiagnostics.Verdict([float.NaN, 1], 1), Does.Contain("NaN"));
    }
}
