using TripletGpu.Autograd;

namespace TripletGpu.Inference;

/// <summary>What a node of a plan reads or makes.</summary>
/// <param name="Shape">Its extents, the batch's included.</param>
/// <param name="Type">Float32, or Int32.</param>
/// <param name="Constant">The values, where they are the same for every batch: a parameter, a folded weight.</param>
public sealed record PlanValue(Shape Shape, ElementType Type, Tensor? Constant)
{
    /// <summary>Channels of a block, where a map lies in blocks of them; 0 for (N, C, H, W) as it is.</summary>
    public int Block { get; init; }

    /// <summary>Two values are the same only if they are one: equality is identity.</summary>
    public bool Equals(PlanValue? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>An operation of a plan with what it reads and makes.</summary>
/// <param name="Op">The operation, as the network applied it or as a rule rewrote it.</param>
/// <param name="Inputs">In the operation's order.</param>
/// <param name="Output">What it makes.</param>
/// <param name="Origin">The layers whose operations it does: one, or those that a rule joined.</param>
public sealed record PlanNode(Op Op, IReadOnlyList<PlanValue> Inputs, PlanValue Output, IReadOnlyList<string> Origin);

/// <summary>A network's operations on a batch of one shape, in an order in which they can run.</summary>
/// <param name="Input">The batch.</param>
/// <param name="Output">The result.</param>
/// <param name="Nodes">The operations.</param>
public sealed record PlanGraph(PlanValue Input, PlanValue Output, IReadOnlyList<PlanNode> Nodes)
{
    /// <summary>The node that makes a value; null for the input and for constants.</summary>
    public PlanNode? Producer(PlanValue value) => Nodes.FirstOrDefault(node => node.Output == value);

    /// <summary>How often a value is read; the network's result counts as read once more.</summary>
    public int Reads(PlanValue value) =>
        Nodes.Sum(node => node.Inputs.Count(input => input == value)) + (value == Output ? 1 : 0);

    /// <summary>The graph with one node in the place of two: at the later one's.</summary>
    public PlanGraph Join(PlanNode first, PlanNode second, PlanNode joined) => Join([first], second, joined);

    /// <summary>The graph with one node in the place of some: at the last one's.</summary>
    public PlanGraph Join(IReadOnlyCollection<PlanNode> before, PlanNode last, PlanNode joined) => this with
    {
        Nodes = [.. Nodes.Where(node => !before.Contains(node)).Select(node => node == last ? joined : node)],
    };

    /// <summary>
    /// The graph without a node whose output is as good as another value, which those that read it then read. Null
    /// where the output is the network's result.
    /// </summary>
    public PlanGraph? Skip(IReadOnlyCollection<PlanNode> gone, PlanValue output, PlanValue instead) => output == Output
        ? null
        : this with
        {
            Nodes =
            [
                .. Nodes.Where(node => !gone.Contains(node)).Select(node => node.Inputs.Contains(output)
                    ? node with { Inputs = [.. node.Inputs.Select(input => input == output ? instead : input)] }
                    : node),
            ],
        };
}
