using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>Checks the oracle against itself: its backward pass must be the derivative of its forward pass.</summary>
public sealed class OracleTests
{
    const double Step = 1e-5;
    const int MostElements = 40;

    static IEnumerable<OpCase> SmoothCases => OpTests.Cases.Where(c => c.IsSmooth);

    [TestCaseSource(nameof(SmoothCases))]
    public void Backward_IsTheDerivativeOfForward(OpCase c)
    {
        double[][] x = OpTests.Draw(c);
        // A random cotangent: a plain sum of the outputs would hide errors of softmax and batch norm.
        double[] dy = OpTests.Cotangent(c, x);
        double[]?[] gradients = c.Backward(x, dy);
        Random random = new(3);
        for (int input = 0; input < x.Length; input++)
        {
            if (gradients[input] is not { } gradient) continue;
            int count = Math.Min(MostElements, gradient.Length);
            double[] numeric = new double[count], analytic = new double[count];
            for (int k = 0; k < count; k++)
            {
                int i = gradient.Length <= MostElements ? k : random.Next(gradient.Length);
                analytic[k] = gradient[i];
                numeric[k] = (Loss(c, x, dy, input, i, Step) - Loss(c, x, dy, input, i, -Step)) / (2 * Step);
            }
            Close.AreClose(numeric, analytic, Tolerance.Differences, $"gradient of input {input}");
        }
    }

    static double Loss(OpCase c, double[][] x, double[] dy, int input, int i, double step)
    {
        double[][] moved = [.. x.Select(values => (double[])values.Clone())];
        moved[input][i] += step;
        double[] y = c.Forward(moved);
        double loss = 0;
        for (int j = 0; j < y.Length; j++) loss += y[j] * dy[j];
        return loss;
    }
}
