using TripletGpu.Backends.Gpu.Launching;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>How a product was run, for <c>--plan</c>.</summary>
/// <param name="What">A layer or an operation.</param>
/// <param name="M">Rows of the result.</param>
/// <param name="N">Its columns.</param>
/// <param name="K">Terms of a sum.</param>
/// <param name="Batch">Products.</param>
/// <param name="Taken">The form that was taken.</param>
/// <param name="Parts">In how many parts the depth was computed.</param>
/// <param name="Why">In one line.</param>
sealed record PlanRow(string What, int M, int N, int K, int Batch, string Taken, int Parts, string Why)
{
    /// <summary>From what the plan tells.</summary>
    public static PlanRow Of(string what, ProductPlan plan) => new(
        what, plan.M, plan.N, plan.K, plan.Batch, TileWord.Of(plan.Taken.Form), plan.Taken.Parts, plan.Reason);
}
