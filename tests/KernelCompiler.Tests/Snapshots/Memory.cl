// ---- MemoryKernels.Spaces
enum { Items = 64 };

typedef struct
{
    int Height, Width, Size;
} Window;

FUNCTION float Sum(GLOBAL const float* values, int values_length)
{
    float sum = 0.0f;
    for (int i = 0; i < values_length; i++)
        sum += values[i];
    return sum;
}

FUNCTION float Sum_private(PRIVATE const float* values, int values_length)
{
    float sum = 0.0f;
    for (int i = 0; i < values_length; i++)
        sum += values[i];
    return sum;
}

FUNCTION int Window_Count(const Window self)
{
    return (self.Height - self.Size + 1) * (self.Width - self.Size + 1);
}

FUNCTION float Sum_shared(SHARED const float* values, int values_length)
{
    float sum = 0.0f;
    for (int i = 0; i < values_length; i++)
        sum += values[i];
    return sum;
}

FUNCTION int Window_Row(const Window self, int i)
{
    return i / (self.Width - self.Size + 1);
}

// Views in three spaces through one helper, lengths where asked, vectors, atomics, barriers.
KERNEL GROUP(64, 1, 1) void Spaces(
    VIEW_PARAMETER(GLOBAL const float* RESTRICT, x),
    VIEW_PARAMETER(GLOBAL float*, y),
    VIEW_PARAMETER(GLOBAL int* RESTRICT, counts),
    VIEW_PARAMETER(GLOBAL uint* RESTRICT, bits),
    Window window)
{
    GLOBAL const float* x = VIEW(x);
    GLOBAL float* y = VIEW(y);
    GLOBAL int* counts = VIEW(counts);
    GLOBAL uint* bits = VIEW(bits);
    SHARED_ARRAY float partial[Items]; enum { partial_length = Items };
    float own[4]; enum { own_length = 4 };
    int item = Group_IdxX;
    UNROLL for (int j = 0; j < 4; j++)
        own[j] = x[item * 4 + j];
    partial[item] = Sum((x + item * 4), 4) + Sum_private(own, own_length);
    Group_Barrier();

    SHARED const float* rest = partial; int rest_length = partial_length;
    if (Window_Count(window) > 3)
        rest = (partial + 1), rest_length = Items - 1;
    GLOBAL float4* vector = ((GLOBAL float4*)(y + item * 4));
    vector[0] = float4_new(Sum_shared(rest, rest_length), vector[0].x, own[1], 0.0f);
    ATOMIC(Add, int, GLOBAL)(&counts[Window_Row(window, item)], 1);
    ATOMIC(Max, uint, GLOBAL)(&bits[0], (uint)item);
    ATOMIC(Add, float, GLOBAL)(&y[0], 1.0f);
}

// ---- MemoryKernels.Transpose
// A two-dimensional index.
KERNEL void Transpose(
    VIEW_PARAMETER(GLOBAL const float* RESTRICT, x),
    VIEW_PARAMETER(GLOBAL float* RESTRICT, y),
    int rows,
    int columns,
    int i_countX,
    int i_countY)
{
    const Index2D i = Index2D_new(Grid_GlobalIndex_X, Grid_GlobalIndex_Y);
    if (i.X >= i_countX || i.Y >= i_countY) return;
    GLOBAL const float* x = VIEW(x);
    GLOBAL float* y = VIEW(y);
    y[i.X * rows + i.Y] = x[i.Y * columns + i.X];
}

