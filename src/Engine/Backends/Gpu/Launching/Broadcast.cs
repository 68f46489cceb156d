using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Gpu.Launching;

/// <summary>
/// Two operands broadcast to a result as NumPy does it, with neighbouring axes merged where both operands treat them
/// alike, to have few divisions by extents other than 1.
/// </summary>
readonly struct Broadcast
{
    const int Axes = Shape.MaxRank;

    readonly int[] extents, a, b;

    public Broadcast(Shape shapeA, Shape shapeB, Shape result)
    {
        var merged = new List<(int Extent, bool InA, bool InB)>();
        for (int axis = 0; axis < result.Rank; axis++)
        {
            (int extent, bool inA, bool inB) = (result[axis], Has(shapeA, result, axis), Has(shapeB, result, axis));
            if (extent == 1) continue;
            if (merged.Count > 0 && (merged[^1].InA, merged[^1].InB) == (inA, inB))
                merged[^1] = (merged[^1].Extent * extent, inA, inB);
            else merged.Add((extent, inA, inB));
        }
        while (merged.Count < Axes) merged.Insert(0, (1, true, true));
        extents = [.. merged.Select(m => m.Extent)];
        a = [.. merged.Select(m => m.InA ? m.Extent : 1)];
        b = [.. merged.Select(m => m.InB ? m.Extent : 1)];
    }

    /// <summary>The result's extents and the operands' strides.</summary>
    public BroadcastDims Dims
    {
        get
        {
            int[] strideA = Strides(a), strideB = Strides(b);
            return new(
                extents[1], extents[2], extents[3], extents[4], extents[5], strideA[0], strideA[1], strideA[2],
                strideA[3],
                strideA[4], strideA[5], strideB[0], strideB[1], strideB[2], strideB[3], strideB[4], strideB[5]);
        }
    }

    /// <summary>What one element of the first operand takes part in.</summary>
    public BroadcastBox BoxA => Box(a);

    /// <summary>What one element of the second operand takes part in.</summary>
    public BroadcastBox BoxB => Box(b);

    BroadcastBox Box(int[] operand) => new(
        operand[1], operand[2], operand[3], operand[4], operand[5], extents[0] / operand[0], extents[1] / operand[1],
        extents[2] / operand[2], extents[3] / operand[3], extents[4] / operand[4], extents[5] / operand[5]);

    /// <summary>Strides of a dense operand; 0 along axes where it is broadcast.</summary>
    int[] Strides(int[] operand)
    {
        int[] strides = new int[Axes];
        int stride = 1;
        for (int axis = Axes - 1; axis >= 0; axis--)
        {
            strides[axis] = operand[axis] == 1 ? 0 : stride;
            stride *= operand[axis];
        }
        return strides;
    }

    static bool Has(Shape operand, Shape result, int axis)
    {
        int own = axis - (result.Rank - operand.Rank);
        return own >= 0 && operand[own] == result[axis];
    }
}
