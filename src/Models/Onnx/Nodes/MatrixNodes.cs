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
        // As in BLAS, what is multiplied by 0 is not read: it may hold anything.
        return [c is null || beta == 0 ? y : y.Add(beta == 1 ? c : c.Scale(beta))];
    }

    static OnnxValue[] MatMul(NodeCall call)
    {
        Tensor a = call.Tensor(0), b = call.Tensor(1);
        if (a.Shape.Rank == 0 || b.Shape.Rank == 0) throw call.Error("an operand is a single number");
        if (a.Shape.Rank == 1 || b.Shape.Rank == 1) return [OfVectors(call, a, b)];
        int rows = a.Shape[-2], inner = a.Shape[-1], columns = b.Shape[-1];
        _ = call.ShapeOf([a.Shape.Product(0, a.Shape.Rank - 1), columns]);
        if (a.Shape.Rank == 2 && b.Shape.Rank == 2) return [a.MatMul(b)];
        int[] result = [.. a.Shape.ToArray()[..^1], columns];
        if (b.Shape.Rank == 2)
            return [a.Reshape(a.Shape.Product(0, a.Shape.Rank - 1), inner).MatMul(b).Reshape(result)];
        return [Batches(call, a, b)];
    }

    /// <summary>A vector is a matrix of one row on the left, of one column on the right; the result drops it.</summary>
    static Tensor OfVectors(NodeCall call, Tensor a, Tensor b)
    {
        Tensor left = a.Shape.Rank == 1 ? a.Reshape(1, a.Shape[0]) : a;
        Tensor right = b.Shape.Rank == 1 ? b.Reshape(b.Shape[0], 1) : b;
        Tensor y = left.Shape.Rank == 2 && right.Shape.Rank == 2 ? left.MatMul(right) : Batches(call, left, right);
        int[] extents = y.Shape.ToArray();
        int[] outer = extents[..^2];
        int[] rows = a.Shape.Rank == 1 ? [] : [extents[^2]], columns = b.Shape.Rank == 1 ? [] : [extents[^1]];
        return y.Reshape([.. outer, .. rows, .. columns]);
    }

    /// <summary>One product for each place of the axes before the last two, which broadcast.</summary>
    internal static Tensor Batches(NodeCall call, Tensor a, Tensor b)
    {
        long[] outer = HostMath.Broadcast(call, Outer(a), Outer(b));
        int rows = a.Shape[-2], inner = a.Shape[-1], columns = b.Shape[-1];
        if (b.Shape[-2] != inner)
            throw call.Error($"inner dimensions must agree: a is {a.Shape}, b is {b.Shape}");
        Shape result = call.ShapeOf([.. outer, rows, columns]);
        int count = result.Product(0, result.Rank - 2);
        if (result.Count == 0 || inner == 0) return OnnxValueOf.Filled(call, result, 0).Device!;
        Tensor left = Repeated(call, a, outer).Reshape(count, rows, inner);
        Tensor right = Repeated(call, b, outer).Reshape(count, inner, columns);
        return left.MatMul(right).As(result);
    }

    static long[] Outer(Tensor x) => Array.ConvertAll(x.Shape.ToArray()[..^2], extent => (long)extent);

    static Tensor Repeated(NodeCall call, Tensor x, long[] outer)
    {
        Shape to = call.ShapeOf([.. outer, x.Shape[-2], x.Shape[-1]]);
        return x.Shape.Count == to.Count ? x : x.Add(OnnxValueOf.Filled(call, to, 0).Device!);
    }
}
