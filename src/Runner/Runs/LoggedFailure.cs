namespace TripletGpu.Runner.Runs;

/// <summary>An unexpected failure whose details stand in a run's log already.</summary>
sealed class LoggedFailure(string log, Exception inner) : Exception(inner.Message, inner)
{
    /// <summary>The log's path.</summary>
    public string Log { get; } = log;
}
