using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Elements of an axis by their numbers, as few slices as the numbers allow.</summary>
static class Gathering
{
    const int MostParts = 4096;

    /// <summary>The elements of an axis in the order of their numbers, each 0 .. extent - 1.</summary>
    public static Tensor Gather(this Tensor x, NodeCall call, int axis, int[] wanted)
    {
        if (wanted.Length == 0) return x.Slice(axis, 0, 0);
        List<Tensor> parts = [];
        for (int from = 0; from < wanted.Length;)
        {
            int step = from + 1 < wanted.Length ? wanted[from + 1] - wanted[from] : 1, count = 1;
            // Repeated elements are slices of their own.
            while (step != 0 && from + count < wanted.Length && wanted[from + count] - wanted[from + count - 1] == step)
                count++;
            if (parts.Count == MostParts)
                throw call.Error($"more than {MostParts:N0} parts are asked for; at most so many are supported");
            parts.Add(count == x.Shape[axis] && step == 1 && wanted[from] == 0
                ? x : x.Slice(axis, wanted[from], count, step == 0 ? 1 : step));
            from += count;
        }
        return parts.Count == 1 ? parts[0] : TensorOps.Concat(axis, [.. parts]);
    }
}
