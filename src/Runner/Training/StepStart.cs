namespace TripletGpu.Runner.Training;

/// <summary>Which step begins, and when.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Epoch">From 1.</param>
/// <param name="SecondsBefore">Spent in the steps before it, those of an interrupted run included.</param>
/// <param name="Timestamp">When it began, by the clock of <see cref="System.Diagnostics.Stopwatch"/>.</param>
readonly record struct StepStart(long Number, int Epoch, double SecondsBefore, long Timestamp);
