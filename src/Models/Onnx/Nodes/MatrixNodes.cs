using TripletGpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Gemm and MatMul.</summary>
static class MatrixNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new() { ["Gemm"] = Gemm, ["MatMul"] = MatMul };

    static OnnxValue[] Gemm(NodeCall call)
    {
        Tensor a = call.Tensor(0), b = call.Tensor(1);
        Tensor? c = call.OptionalTensor(2);
        float alpha = call.Node.Float("alpha", 1), beta = call.Node.Float("beta", 1);
        bool transposeB = call.Node.Int("transB", 0) != 0;
        if (call.Node.Int("transA", 0) != 0) a = a.Transpose();
        if (a.Shape.Rank != 2 || b.Shape.Rank != 2)
            throw call.Error($"operands {a.Shape} and {b.Shape} must be matrices");
        _ = call.ShapeOf([a.Shape[0], b.Shape[transposeB ? 0 : 1]]);
        if (transposeB && alpha == 1 && beta == 1 && (c is null || c.Shape == new Shape(b.Shape[0])))
            return [a.Linear(b, c)];
        Tensor y = a.MatMul(transposeB ? b.Transpose() : b);
        if (alpha != 1) y = y.Scale(alpha);
        return [c is null ? y : y.Add(beta == 1 ? c : c.Scale(beta))];
    }

    static OnnxValue[] MatMul(NodeCall call)
    {
        Tensor a = call.Tensor(0), b = call.Tensor(1);
        if (a.Shape.Rank < 2 || b.Shape.Rank < 2)
            throw call.Error($"operands {a.Shape} and {b.Shape} must be matrices");
        int rows = a.Shape[-2], inner = a.Shape[-1], columns = b.Shape[-1];
        _ = call.ShapeOf([a.Shape.Product(0, a.Shape.Rank - 1), columns]);
        if (a.Shape.Rank == 2 && b.Shape.Rank == 2) return [a.MatMul(b)];
        int[] result = [.. a.Shape.ToArray()[..^1], columns];
        if (b.Shape.Rank == 2)
            return [a.Reshape(a.Shape.Product(0, a.Shape.Rank - 1), inner).MatMul(b).Reshape(result)];
        if (!a.Shape.ToArray()[..^2].SequenceEqual(b.Shape.ToArray()[..^2]))
            throw call.Error($"operands {a.Shape} and {b.Shape} must have the same extents before the last two");
        int count = a.Shape.Product(0, a.Shape.Rank - 2);
        Tensor left = a.Reshape(count, rows, inner), right = b.Reshape(count, b.Shape[-2], columns);
        Tensor[] products = new Tensor[count];
        for (int i = 0; i < count; i++)
            products[i] = left.Slice(0, i, 1).Reshape(rows, inner)
                .MatMul(right.Slice(0, i, 1).Reshape(b.Shape[-2], columns)).Reshape(1, rows, columns);
        return [TensorOps.Concat(0, products).Reshape(result)];
    }
}
