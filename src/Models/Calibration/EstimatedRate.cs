namespace TripletGpu.Models.Calibration;

/// <summary>A share of trials that are not independent, with the 95 % interval that the true one lies in.</summary>
/// <param name="Value">The share.</param>
/// <param name="Low">The interval's lower end.</param>
/// <param name="High">Its upper end.</param>
/// <param name="Trials">How many trials there were.</param>
/// <param name="EffectiveTrials">How many independent ones would tell as much.</param>
/// <param name="Clusters">The people or classes that they are of.</param>
public sealed record EstimatedRate(
    double Value, double Low, double High, long Trials, double EffectiveTrials, int Clusters)
{
    /// <summary>
    /// The interval of Korn and Graubard (1998): Clopper and Pearson's, exact of a binomial count, with the effective
    /// number of trials in the place of the real one, and that made smaller where few clusters leave the variance
    /// uncertain. It never leaves 0..1 and is honest at rates of a few events, where a normal one is not.
    /// </summary>
    /// <param name="value">The share.</param>
    /// <param name="trials">N.</param>
    /// <param name="variance">Of the share, as the clusters show it; at least that of independent trials.</param>
    /// <param name="clusters">How many there are.</param>
    public static EstimatedRate Of(double value, long trials, double variance, int clusters)
    {
        double independent = value * (1 - value) / trials;
        double effective = variance > independent && independent > 0 ? value * (1 - value) / variance : trials;
        // Where there was no event the variance is 0 and tells nothing: then a cluster is as good as one trial.
        if (independent == 0) effective = Math.Min(trials, clusters);
        double certain = effective;
        if (clusters > 1)
            certain *= Math.Pow(BetaDistribution.Normal95 / BetaDistribution.Student95(clusters - 1), 2);
        else certain = Math.Min(certain, 1);
        double events = value * certain;
        return new EstimatedRate(
            value, BetaDistribution.Quantile(0.025, events, certain - events + 1),
            BetaDistribution.Quantile(0.975, events + 1, certain - events), trials, effective, clusters);
    }
}
