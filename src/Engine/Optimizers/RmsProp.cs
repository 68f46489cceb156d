using TripletGpu.Autograd;
using TripletGpu.Kernels.Optimizers;
using TripletGpu.Modules;

namespace TripletGpu.Optimizers;

/// <summary>RMSProp (Tieleman and Hinton 2012), not centred, with PyTorch's defaults.</summary>
public sealed class RmsProp : Optimizer
{
    readonly double alpha;
    readonly float momentum, epsilon;

    /// <param name="parameters">The network's parameters.</param>
    /// <param name="alpha">The part of the mean squared gradient that each step keeps, below 1.</param>
    /// <param name="momentum">The part of the previous update that each step keeps, below 1; 0 for none.</param>
    /// <param name="epsilon">Added to the root of the mean square.</param>
    /// <param name="weightDecay">The factor of the weights that is added to each gradient.</param>
    /// <param name="groups">Settings of their own by name.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or a group matches no parameter.</exception>
    public RmsProp(
        IReadOnlyList<Parameter> parameters, double alpha = 0.99, float momentum = 0, float epsilon = 1e-8f,
        float weightDecay = 0, IReadOnlyList<ParameterGroup>? groups = null)
        : base(parameters, weightDecay, groups, momentum == 0 ? ["squareMean"] : ["squareMean", "momentum"])
    {
        CheckPart(alpha, "alpha");
        CheckPart(momentum, "momentum");
        CheckAtLeast0(epsilon, "epsilon");
        (this.alpha, this.momentum, this.epsilon) = (alpha, momentum, epsilon);
    }

    /// <inheritdoc/>
    public override void Update(Gradients gradients, float learningRate, Tensor? loss = null) =>
        Apply(gradients, learningRate, loss, (state, rate) => new RmsPropRule(
            rate, state.WeightDecay, (float)alpha, (float)(1 - alpha), momentum, epsilon));
}
