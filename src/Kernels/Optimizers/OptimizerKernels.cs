using ILGPU;

namespace TripletGpu.Kernels.Optimizers;

/// <summary>
/// Parameter updates, generic over the rule, and the search for numbers that must not become weights. A view holds a
/// run of tensors, one behind the other, so that a network takes a launch and not one for each of its tensors. The
/// marks are the number of the last update that was refused, of the last that overflowed, and of the last for each
/// tensor; which tensor an element is of is looked up only for one that is marked.
/// </summary>
public static partial class OptimizerKernels
{
    /// <summary>The mark of an update that is not made.</summary>
    public const int Refused = 0;

    /// <summary>The mark of an update that gave NaN or infinity.</summary>
    public const int Overflowed = 1;

    /// <summary>The first tensor's mark.</summary>
    public const int FirstTensor = 2;

    /// <summary>
    /// The tensors of a run begin at multiples of so many elements: a line of a CPU's cache. What lies between two of
    /// them is nobody's, and may be anything.
    /// </summary>
    public const int Alignment = 16;

    /// <summary>
    /// One step of a rule for each weight of a run, with the values that it keeps; a rule that keeps fewer than two
    /// gets the weights in their place and leaves them. Nothing, if this update is marked as refused. One item Each
    /// neighbours; 8 to 24 bytes a weight, bound by memory.
    /// </summary>
    [Kernel]
    public static void Update<TRule>(
        Index1D i, [MayAlias] ArrayView<float> weights, ArrayView<float> gradient, [MayAlias] ArrayView<float> first,
        [MayAlias] ArrayView<float> second, ArrayView<int> marks, ArrayView<int> lengths, TRule rule, UpdateDims dims)
        where TRule : struct, IUpdateRule
    {
        int from = i * dims.Each, to = Math.Min(from + dims.Each, dims.Run.Count);
        if (marks[Refused] == dims.Number) to = from;
        int overflows = 0;
        for (int j = from; j < to; j++)
        {
            float a = dims.Kept > 0 ? first[j] : 0f, b = dims.Kept > 1 ? second[j] : 0f;
            float weight = rule.Update(weights[j], gradient[j], ref a, ref b);
            weights[j] = weight;
            if (dims.Kept > 0) first[j] = a;
            if (dims.Kept > 1) second[j] = b;
            overflows += IsFinite(weight) && IsFinite(a) && IsFinite(b) ? 0 : 1;
        }
        if (overflows == 0) return;
        for (int j = from; j < to; j++)
        {
            bool isSound = IsFinite(weights[j]) && (dims.Kept < 1 || IsFinite(first[j]))
                && (dims.Kept < 2 || IsFinite(second[j]));
            if (!isSound) Mark(marks, lengths, dims.Run.Tensor, j, Overflowed, dims.Number);
        }
    }

    /// <summary>
    /// Marks an update as refused, and each tensor of eight runs that has an element that is NaN or infinite: all that
    /// do write the same. One item Each neighbours of every run; 4 bytes an element, bound by memory.
    /// </summary>
    [Kernel]
    public static void MarkNonFinite(
        Index1D i, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> d, ArrayView<float> e,
        ArrayView<float> f, ArrayView<float> g, ArrayView<float> h, ArrayView<int> marks, ArrayView<int> lengths,
        MarkDims dims)
    {
        int from = i * dims.Each, to = from + dims.Each;
        MarkSome(a, from, to, dims.A, marks, lengths, dims.Number);
        MarkSome(b, from, to, dims.B, marks, lengths, dims.Number);
        MarkSome(c, from, to, dims.C, marks, lengths, dims.Number);
        MarkSome(d, from, to, dims.D, marks, lengths, dims.Number);
        MarkSome(e, from, to, dims.E, marks, lengths, dims.Number);
        MarkSome(f, from, to, dims.F, marks, lengths, dims.Number);
        MarkSome(g, from, to, dims.G, marks, lengths, dims.Number);
        MarkSome(h, from, to, dims.H, marks, lengths, dims.Number);
    }

    static void MarkSome(
        ArrayView<float> x, int from, int to, TensorRun run, ArrayView<int> marks, ArrayView<int> lengths, int number)
    {
        int end = Math.Min(to, run.Count);
        int found = 0;
        for (int j = from; j < end; j++)
            found += IsFinite(x[j]) ? 0 : 1;
        if (found == 0) return;
        for (int j = from; j < end; j++)
            if (!IsFinite(x[j])) Mark(marks, lengths, run.Tensor, j, Refused, number);
    }

    /// <summary>Marks the tensor that has element <paramref name="at"/> of a run, if one has.</summary>
    static void Mark(ArrayView<int> marks, ArrayView<int> lengths, int tensor, int at, int what, int number)
    {
        int room = Room(lengths[tensor]);
        while (at >= room)
        {
            at -= room;
            tensor++;
            room = Room(lengths[tensor]);
        }
        if (at >= lengths[tensor]) return;
        marks[what] = number;
        marks[FirstTensor + tensor] = number;
    }

    static int Room(int length) => (length + Alignment - 1) / Alignment * Alignment;

    static bool IsFinite(float x) => x - x == 0f;
}
