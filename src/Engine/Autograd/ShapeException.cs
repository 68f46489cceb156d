namespace TripletGpu.Autograd;

/// <summary>
/// Operands that an operation cannot take: the op, the rule, each operand and the numbers that disagree.
/// </summary>
public sealed class ShapeException(string message) : ArgumentException(message);
