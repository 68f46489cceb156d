using TripletGpu.Autograd;
using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;

namespace TripletGpu.Inference;

/// <summary>
/// A way back from a value through operations of one operand, each of whose results nothing else reads.
/// </summary>
/// <param name="graph">The graph.</param>
/// <param name="start">Where the way begins.</param>
sealed class Trail(PlanGraph graph, PlanValue start)
{
    readonly List<PlanNode> passed = [];

    /// <summary>The value that has been reached.</summary>
    public PlanValue At { get; private set; } = start;

    /// <summary>The operations that were passed.</summary>
    public IReadOnlyList<PlanNode> Passed => passed;

    /// <summary>Passes the operation that makes the current value, if it is a fitting one; else null.</summary>
    public PlanNode? Pass(Func<Op, bool> fits)
    {
        if (graph.Producer(At) is not { } node || !fits(node.Op) || graph.Reads(At) != 1) return null;
        passed.Add(node);
        At = node.Inputs[0];
        return node;
    }

    /// <summary>Passes an operation of one kind; null where it is another.</summary>
    public T? Pass<T>() where T : Op => Pass(op => op is T)?.Op as T;

    /// <summary>Whether an operation squares, however it was written.</summary>
    public static bool IsSquare(Op op) => op is Unary<Square> or WithScalar<Power> { B: 2 };

    /// <summary>Whether an operation takes the square root, however it was written.</summary>
    public static bool IsRoot(Op op) => op is Unary<Sqrt> or WithScalar<Power> { B: 0.5f };

    /// <summary>Passes changes of shape.</summary>
    public void PassViews()
    {
        while (Pass(op => op.IsView) is not null)
        {
        }
    }
}
