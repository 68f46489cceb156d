// ---- LanguageKernels.Constructs
CONSTANT uint Multiplier = 2654435769u;
enum { Step_Half = 0 };
enum { Step_Double = 1 };
CONSTANT float Tiny = 1E-06f;

typedef struct
{
    int Item1, Item2;
} Tuple_int_int;

FUNCTION Tuple_int_int Tuple_int_int_new(int Item1_, int Item2_)
{
    Tuple_int_int value = { Item1_, Item2_ };
    return value;
}

FUNCTION Tuple_int_int MinMax(int a, int b)
{
    return a < b ? Tuple_int_int_new(a, b) : Tuple_int_int_new(b, a);
}

// The smaller one, through a reference, and a default value.
FUNCTION void Bounds(int a, int b, PRIVATE int* least, int bias)
{
    (*least) = Math_Min(a, b) + bias;
}

// The constructs whose C meaning differs from C#'s, or that C writes differently.
KERNEL void Constructs(
    VIEW_PARAMETER(GLOBAL const int* RESTRICT, x),
    VIEW_PARAMETER(GLOBAL int64* RESTRICT, y),
    VIEW_PARAMETER(GLOBAL float* RESTRICT, z),
    int i_count)
{
    const int i = Grid_GlobalIndex_X;
    if (i >= i_count) return;
    GLOBAL const int* x = VIEW(x);
    GLOBAL int64* y = VIEW(y);
    GLOBAL float* z = VIEW(z);
    int value = x[i];
    uint bits = ((uint)value * Multiplier);         // wraps
    bits ^= bits >> 15;
    int64 wide = (int64)value * (int64)bits + ((int64)value - (int64)bits);         // int - uint is long in C#, uint in C
    int logical = ((int)((uint)(value) >> 3)), arithmetic = value >> 3;      // C has no >>>
    logical = ((int)((uint)(logical) >> (value & 31)));
    enum { local_ = 4 * 2 };                                 // an array bound in C needs an enum
    int small[local_];
    UNROLL for (int j = 0; j < local_; j++)
        small[j] = (j << ((value & 7) & 31));

    int step = (int)(i % 3);
    switch (step)
    {
        case Step_Half: wide /= 2; break;
        case Step_Double: { wide *= 2; break; }
        default: break;
    }
    int chosen = (step == Step_Half ? 1 : step == Step_Double ? 2 : small[local_ - 1]);
    bool odd = (value & 1) != 0;
    wide += (int64)(odd ? logical : arithmetic);

    float register_ = Tiny + 1.0f;                              // a C keyword as a name
    float exp_ = MathF_Exp(-MathF_Abs((float)value) * 0.001f);       // a device function as a name; int to float
    const Tuple_int_int tuple1 = MinMax(value / 7, value % 7); int low = tuple1.Item1; int high = tuple1.Item2;
    const Tuple_int_int tuple2 = Tuple_int_int_new(high, low); low = tuple2.Item1; high = tuple2.Item2;
    int least; Bounds(low, high, &least, 0);
    do { wide += (int64)chosen; chosen--; } while (chosen > 0 && !odd);
    {
        chosen = ((int)((uint)(chosen) * (uint)(value)));
    }
    y[i] = wide + (int64)low - (int64)least + (int64)((int64)(value > 0 ? 2147483647 : (-2147483647 - 1))) + ((int64)value << 20);
    z[i] = register_ * exp_ + MathF_Sqrt(5.0f + (((int)((uint)(value) * (uint)(value)))) % 5) + 1 / 2 + 0.5f + 3.1415927f + MathF_Mod(MathF_Rsqrt(2.0f), 1.5f);
    if (MathF_IsNaN(z[i])) z[i] = (-INFINITY);
}

