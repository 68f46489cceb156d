using TripletGpu.Autograd;
using TripletGpu.Kernels.Optimizers;
using TripletGpu.Modules;

namespace TripletGpu.Optimizers;

/// <summary>AdaGrad (Duchi et al. 2011): each weight's rate shrinks with the sum of its squared gradients.</summary>
public sealed class AdaGrad : Optimizer
{
    readonly float epsilon;

    /// <param name="parameters">The network's parameters.</param>
    /// <param name="initialSum">What the sums of squares start from; above 0 it dampens the first steps.</param>
    /// <param name="epsilon">Added to the root of the sum.</param>
    /// <param name="weightDecay">The factor of the weights that is added to each gradient.</param>
    /// <param name="groups">Settings of their own by name.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or a group matches no parameter.</exception>
    public AdaGrad(
        IReadOnlyList<Parameter> parameters, float initialSum = 0, float epsilon = 1e-10f, float weightDecay = 0,
        IReadOnlyList<ParameterGroup>? groups = null) : base(parameters, weightDecay, groups, "squareSum")
    {
        CheckAtLeast0(initialSum, "what the sums start from");
        CheckAtLeast0(epsilon, "epsilon");
        this.epsilon = epsilon;
        foreach (ParameterState state in States)
            foreach ((_, Tensor sum) in state.Tensors) sum.Device.Backend.Memory.Fill(sum, initialSum);
    }

    /// <inheritdoc/>
    public override void Update(Gradients gradients, float learningRate, Tensor? loss = null) =>
        Apply(gradients, learningRate, loss, (state, rate) => new AdaGradRule(rate, state.WeightDecay, epsilon));
}
