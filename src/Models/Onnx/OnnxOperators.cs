using TripletGpu.Models.Onnx.Nodes;

namespace TripletGpu.Models.Onnx;

/// <summary>Runs one node and returns its outputs; those left out at the end are not supported.</summary>
delegate OnnxValue[] NodeHandler(NodeCall call);

/// <summary>The operators that can be run, by their names.</summary>
static class OnnxOperators
{
    static readonly Dictionary<string, NodeHandler> handlers = new(
    [
        .. ConvolutionNodes.All, .. MatrixNodes.All, .. EinsumNode.All, .. PoolingNodes.All, .. NormalizationNodes.All,
        .. ActivationNodes.All, .. StandardizationNodes.All, .. ResizeNodes.All, .. UnaryNodes.All,
        .. BinaryNodes.All, .. ReductionNodes.All, .. LayoutNodes.All, .. ShapeNodes.All, .. ScatterNode.All,
    ]);

    /// <summary>Whether there is a handler of that name.</summary>
    public static bool Contains(string opType) => handlers.ContainsKey(opType);

    /// <summary>The handler of a node.</summary>
    /// <exception cref="UserErrorException">
    /// The operator, or one in a branch, is not supported, or has an attribute too many.
    /// </exception>
    public static NodeHandler Find(OnnxNode node)
    {
        foreach (OnnxNode inner in node.WithBranches)
        {
            if (inner.Domain is not ("" or "ai.onnx") || !Contains(inner.OpType))
                throw inner.Error(
                    $"the operator {(inner.Domain.Length > 0 ? $"{inner.Domain}." : "")}{inner.OpType} is not"
                    + " supported");
            OnnxAttributes.Check(inner);
        }
        return handlers[node.OpType];
    }
}
