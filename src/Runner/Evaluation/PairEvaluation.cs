using TripletGpu.Models;
using TripletGpu.Models.Calibration;
using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Text;

namespace TripletGpu.Runner.Evaluation;

/// <summary>The verification figures of pairs that were given.</summary>
/// <param name="Pairs">The table.</param>
/// <param name="Same">Pairs of one person.</param>
/// <param name="Different">Pairs of two.</param>
/// <param name="People">How many people they show.</param>
/// <param name="Verification">The figures.</param>
sealed record PairEvaluation(string Pairs, int Same, int Different, int People, Verification Verification)
{
    /// <summary>Measures pairs.</summary>
    /// <exception cref="UserErrorException">They are all of one kind.</exception>
    public static PairEvaluation Of(string path, PairScores pairs)
    {
        PairScores same = pairs.Only(same: true), different = pairs.Only(same: false);
        if (same.Distances.Length == 0 || different.Distances.Length == 0)
            throw new UserErrorException(
                $"{path} has {Counted.Of(same.Distances.Length, "pair")} of one person and"
                + $" {different.Distances.Length} of two: verification needs both");
        return new PairEvaluation(
            path, same.Distances.Length, different.Distances.Length, pairs.People,
            VerificationProtocol.Evaluate(new PairSample(same.Distances, different.Distances)));
    }
}
