namespace TripletGpu.Backends.Gpu.Launching;

/// <summary>How a product runs, and what else it could have been.</summary>
/// <param name="M">Rows of the result.</param>
/// <param name="N">Its columns.</param>
/// <param name="K">Terms of a sum.</param>
/// <param name="Batch">Products.</param>
/// <param name="Taken">The form that was taken.</param>
/// <param name="Candidates">The tiles that there are, the least predicted time first; none where panels are
/// taken.</param>
/// <param name="IsAsked">Whether <see cref="LaunchPlan.Tile"/> asked for it.</param>
/// <param name="IsMeasured">Whether times are by <see cref="LaunchPlan.Tuned"/>.</param>
public sealed record ProductPlan(
    int M, int N, int K, int Batch, PredictedTile Taken, IReadOnlyList<PredictedTile> Candidates, bool IsAsked,
    bool IsMeasured)
{
    /// <summary>Why, in one line.</summary>
    public string Reason
    {
        get
        {
            if (Taken.Form == ProductForm.Panels)
                return "the device is a CPU: panels need no barrier, which would be a loop over a group's items there";
            string[] others =
                [.. Candidates.Where(c => c.Form != Taken.Form).Select(c => $"{c.Form} {c.Cost / Taken.Cost:0.00}")];
            string parts = Taken.Parts > 1 ? $" in {Taken.Parts} parts of the depth" : "";
            string time = IsMeasured ? "time" : "predicted time";
            string compared = others.Length > 0 ? $"; {string.Join(", ", others)} times its {time}" : "";
            string why = IsAsked ? "asked for" : Candidates.Count == 1 ? "the only tile that fits"
                : IsMeasured ? "the least time, as bench --tune measured tiles here" : "the least predicted time";
            return $"{why}: {Taken.Groups:0} groups{parts}{compared}";
        }
    }
}
