using TripletGpu.Autograd;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Optimizers;
using TripletGpu.Modules;

namespace TripletGpu.Optimizers;

/// <summary>Adam (Kingma and Ba 2015) with bias correction and PyTorch's defaults.</summary>
public sealed class Adam : Optimizer
{
    readonly double beta1, beta2;
    readonly float epsilon;

    /// <param name="parameters">The network's parameters.</param>
    /// <param name="beta1">The part of the mean gradient that each step keeps, below 1.</param>
    /// <param name="beta2">The part of the mean squared gradient that each step keeps, below 1.</param>
    /// <param name="epsilon">Added to the root of the mean square.</param>
    /// <param name="weightDecay">The factor of the weights that is added to each gradient.</param>
    /// <param name="groups">Settings of their own by name.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or a group matches no parameter.</exception>
    public Adam(
        IReadOnlyList<Parameter> parameters, double beta1 = 0.9, double beta2 = 0.999, float epsilon = 1e-8f,
        float weightDecay = 0, IReadOnlyList<ParameterGroup>? groups = null)
        : base(parameters, weightDecay, groups, "mean", "squareMean")
    {
        CheckPart(beta1, "beta1");
        CheckPart(beta2, "beta2");
        CheckAtLeast0(epsilon, "epsilon");
        (this.beta1, this.beta2, this.epsilon) = (beta1, beta2, epsilon);
    }

    /// <inheritdoc/>
    public override void Update(Gradients gradients, float learningRate, Tensor? loss = null) =>
        Apply(gradients, learningRate, loss, (state, rate) =>
        {
            double corrected = rate / (1 - Math.Pow(beta1, state.Step));
            double correction = 1 / Math.Sqrt(1 - Math.Pow(beta2, state.Step));
            return new AdamRule((float)corrected, state.WeightDecay, (float)beta1, (float)(1 - beta1), (float)beta2,
                (float)(1 - beta2), (float)correction, epsilon);
        });
}
