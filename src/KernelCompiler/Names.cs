namespace TripletGpu.KernelCompiler;

/// <summary>C# names that mean something else in OpenCL C or CUDA C get an underscore.</summary>
static class Names
{
    static readonly HashSet<string> Reserved = new((
        "auto register restrict signed unsigned volatile inline extern typedef union kernel global local constant " +
        "private half uint uchar ushort ulong size_t generic pipe complex imaginary asm template typename class " +
        "operator delete friend mutable virtual this new and or xor not compl bitand bitor exp exp2 log log2 sqrt " +
        "rsqrt pow fabs fmax fmin floor ceil rint trunc tanh sin cos max min abs clamp fmod isnan isinf isfinite " +
        "copysign popcount clz expf exp2f logf log2f sqrtf rsqrtf powf fabsf fmaxf fminf floorf ceilf rintf truncf " +
        "tanhf sinf cosf fmodf barrier signbit near far main event half float2 float4 float8 float16 int2 int4 " +
        "INFINITY NAN KERNEL GROUP FUNCTION GLOBAL SHARED PRIVATE CONSTANT VIEW UNROLL RESTRICT M_PI").Split(' '));

    public static string Safe(string name) => Reserved.Contains(name) ? name + "_" : name;
}
