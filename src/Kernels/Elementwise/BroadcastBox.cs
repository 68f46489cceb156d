namespace TripletGpu.Kernels.Elementwise;

/// <summary>
/// The elements of a result that one element of a broadcast operand takes part in: a box of six axes. Along an axis
/// where the operand is broadcast the box has the result's extent, along others 1. An operand's extents come without
/// the first.
/// </summary>
public readonly record struct BroadcastBox(
    int Operand1, int Operand2, int Operand3, int Operand4, int Operand5, int Box0, int Box1, int Box2, int Box3,
    int Box4,
    int Box5)
{
    /// <summary>Elements of the box.</summary>
    public int Count => Box0 * Box1 * Box2 * Box3 * Box4 * Box5;

    /// <summary>Where in the result the j-th element of an operand element's box lies.</summary>
    public int ResultIndex(int element, int j, BroadcastDims dims)
    {
        int axis5 = element % Operand5 + j % Box5;
        int rest = element / Operand5, inBox = j / Box5;
        int axis4 = rest % Operand4 + inBox % Box4;
        rest /= Operand4;
        inBox /= Box4;
        int axis3 = rest % Operand3 + inBox % Box3;
        rest /= Operand3;
        inBox /= Box3;
        int axis2 = rest % Operand2 + inBox % Box2;
        rest /= Operand2;
        inBox /= Box2;
        int axis1 = rest % Operand1 + inBox % Box1, axis0 = rest / Operand1 + inBox / Box1;
        int outer = (axis0 * dims.Extent1 + axis1) * dims.Extent2 + axis2;
        return ((outer * dims.Extent3 + axis3) * dims.Extent4 + axis4) * dims.Extent5 + axis5;
    }
}
