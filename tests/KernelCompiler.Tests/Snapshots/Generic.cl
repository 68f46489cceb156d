// ---- GenericKernels.Both
enum { SquareExponent = 2 };
enum { SmallDepth = 16 };

FUNCTION float Twice_TFunction(float x)
{
    return TFunction_Apply(TFunction_Apply(x));
}

FUNCTION float SquarePower(float x, int n)
{
    float y = 1.0f;
    for (int i = 0; i < n; i++)
        y *= x;
    return y;
}

FUNCTION float SquareApply(float x)
{
    return SquarePower(x, SquareExponent);
}

FUNCTION float TwiceSquare(float x)
{
    return SquareApply(SquareApply(x));
}

// Two type parameters, a tile as type argument, a generic helper bound now and at load.
KERNEL GROUP(TSizes_GroupX, TSizes_GroupY, 1) void Both_TFunction_TSizes(
    VIEW_PARAMETER(GLOBAL const float* RESTRICT, x),
    VIEW_PARAMETER(GLOBAL float* RESTRICT, y))
{
    GLOBAL const float* x = VIEW(x);
    GLOBAL float* y = VIEW(y);
    SHARED_ARRAY float tile[TSizes_Depth * TSizes_GroupX];
    int item = Group_LinearIndex;
    UNROLL for (int i = 0; i < TSizes_Depth; i += TSizes_GroupY)
        tile[item + i * TSizes_GroupX] = Twice_TFunction(x[item]);
    Group_Barrier();
    y[item] = TwiceSquare(tile[item]) + SmallDepth;
}

// ---- Snapshots.Small
enum { Small_Depth = 16 };
enum { Small_GroupX = 8 };
enum { Small_GroupY = 4 };

// ---- Snapshots.Square
enum { Square_Exponent = 2 };

FUNCTION float Square_Power(float x, int n)
{
    float y = 1.0f;
    for (int i = 0; i < n; i++)
        y *= x;
    return y;
}

FUNCTION float Square_Apply(float x)
{
    return Square_Power(x, Square_Exponent);
}

