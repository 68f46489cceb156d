namespace TripletGpu.Optimizers;

/// <summary>Settings of their own for the parameters whose name matches; the first group that matches counts.</summary>
/// <param name="Match">A name in which <c>*</c> stands for any characters: <c>layer1.*</c>, <c>*.bias</c>.</param>
/// <param name="Rate">What the learning rate is multiplied by.</param>
/// <param name="WeightDecay">The group's weight decay; null takes the optimizer's.</param>
public sealed record ParameterGroup(string Match, float Rate = 1, float? WeightDecay = null);
