namespace TripletGpu.Collectives;

/// <summary>Ranks cannot go on together: one has gone, does not answer, or the transport failed.</summary>
/// <param name="message">What happened, in one line.</param>
public sealed class CollectiveException(string message) : Exception(message);
