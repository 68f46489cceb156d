using TripletGpu.Modules;

namespace TripletGpu.Optimizers;

/// <summary>An update that was refused, or whose result is of no use, because of NaN or infinity.</summary>
/// <param name="Parameter">
/// Where: the first running statistic, else the last layer's parameter, which the backward pass comes to first. Null
/// for the loss, which comes before both.
/// </param>
/// <param name="IsRefused">Whether weights and optimizer are as before the update.</param>
/// <param name="Reason">What is wrong, in one sentence with the parameter's name.</param>
public sealed record NonFiniteUpdate(Parameter? Parameter, bool IsRefused, string Reason);
