using TripletGpu.Autograd;
using TripletGpu.Kernels.Optimizers;
using TripletGpu.Modules;

namespace TripletGpu.Optimizers;

/// <summary>
/// Stochastic gradient descent, with momentum (<c>b = momentum * b + g</c>) in its plain or in Nesterov's form.
/// PyTorch's <c>SGD</c> with dampening 0.
/// </summary>
public sealed class Sgd : Optimizer
{
    readonly float momentum;
    readonly bool nesterov;

    /// <param name="parameters">The network's parameters.</param>
    /// <param name="momentum">
    /// The part of the buffer that each step keeps, below 1; 0 for none, and then nothing is kept.
    /// </param>
    /// <param name="nesterov">Look one step ahead: <c>w -= rate * (g + momentum * b)</c>. Needs momentum.</param>
    /// <param name="weightDecay">The factor of the weights that is added to each gradient.</param>
    /// <param name="groups">Settings of their own by name.</param>
    /// <exception cref="ArgumentException">A setting is out of its range, or a group matches no parameter.</exception>
    public Sgd(
        IReadOnlyList<Parameter> parameters, float momentum = 0, bool nesterov = false, float weightDecay = 0,
        IReadOnlyList<ParameterGroup>? groups = null)
        : base(parameters, weightDecay, groups, momentum == 0 ? [] : ["momentum"])
    {
        CheckPart(momentum, "momentum");
        if (nesterov && momentum == 0) throw new ArgumentException("Nesterov's form of SGD needs a momentum above 0");
        (this.momentum, this.nesterov) = (momentum, nesterov);
    }

    /// <inheritdoc/>
    public override void Update(Gradients gradients, float learningRate, Tensor? loss = null)
    {
        if (momentum == 0) Apply(gradients, learningRate, loss, (s, rate) => new SgdRule(rate, s.WeightDecay));
        else
            Apply(gradients, learningRate, loss, (s, rate) => new MomentumRule(
                rate, s.WeightDecay, momentum, nesterov ? 1 : 0, nesterov ? momentum : 1));
    }
}
