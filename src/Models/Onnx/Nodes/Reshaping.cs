using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Changes of shape that leave alone what has the shape already.</summary>
static class Reshaping
{
    /// <summary>The same values as <paramref name="shape"/>.</summary>
    public static Tensor As(this Tensor x, Shape shape) => x.Shape == shape ? x : x.Reshape(shape.ToArray());

    /// <summary>The axes in the given order; the tensor itself where that is their order.</summary>
    public static Tensor Ordered(this Tensor x, int[] order) =>
        order.SequenceEqual(Enumerable.Range(0, order.Length)) ? x : x.Permute(order);
}
