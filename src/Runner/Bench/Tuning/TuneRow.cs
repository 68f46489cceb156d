namespace TripletGpu.Runner.Bench.Tuning;

/// <summary>A layer that nothing was tuned on, by either choice.</summary>
/// <param name="Layer">Its name.</param>
/// <param name="Pass">Forward, or to what the gradient leads.</param>
/// <param name="Before">What the model takes by its constants.</param>
/// <param name="BeforeSeconds">Its time.</param>
/// <param name="After">What it takes by the measurements.</param>
/// <param name="AfterSeconds">Its time; the same one where the choice is the same.</param>
sealed record TuneRow(
    string Layer, string Pass, string Before, double BeforeSeconds, string After, double AfterSeconds);
