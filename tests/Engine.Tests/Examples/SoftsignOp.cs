using TripletGpu.Kernels.Functions;

namespace TripletGpu.Ops;

public static class SoftsignOp
{
    /// <summary>x / (1 + |x|).</summary>
    public static Tensor Softsign(this Tensor x) => new Unary<Softsign>().Apply(x);
}
