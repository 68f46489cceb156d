// ---- SameNames.Run
enum { Count = 3 };
enum { Rows_first = 1 };

typedef struct
{
    int A;
    float B;
} Pair;

FUNCTION Pair Pair_new(int A_, float B_)
{
    Pair value = { A_, B_ };
    return value;
}

typedef struct
{
    float A, B;
    int C;
} Columns_Pair;

FUNCTION Columns_Pair Columns_Pair_new(float A_, float B_, int C_)
{
    Columns_Pair value = { A_, B_, C_ };
    return value;
}

FUNCTION int Half(int x)
{
    return x / 2;
}

FUNCTION int Columns_Half(int x)
{
    return x / 2 + 1;
}

FUNCTION int Columns_Count(int x)
{
    return x + 1;
}

FUNCTION float Columns_Half_2(float x)
{
    return x * 0.5f;
}

FUNCTION float Columns_Half_3(float x, float y)
{
    return x * 0.5f + y;
}

FUNCTION float Columns_Run(float x)
{
    return x;
}

KERNEL void Run(
    VIEW_PARAMETER(GLOBAL float* RESTRICT, y),
    int first,
    int i_count)
{
    const int i = Grid_GlobalIndex_X;
    if (i >= i_count) return;
    GLOBAL float* y = VIEW(y);
    Pair row = Pair_new(Half(i), (float)1);
    Columns_Pair column = Columns_Pair_new((float)2, (float)3, Columns_Half(i) + Columns_Count(Count));
    y[i] = row.A + row.B + column.A + column.B + column.C + Columns_Half_2(row.B) + Columns_Half_3(row.B, row.B)
        + Columns_Run((float)(first - Rows_first));
}

