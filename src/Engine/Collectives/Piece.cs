namespace TripletGpu.Collectives;

/// <summary>Memory that goes to a rank or comes from one.</summary>
/// <param name="Rank">Which.</param>
/// <param name="Address">Its first byte; stays where it is while it is exchanged.</param>
/// <param name="Bytes">Its length; 0: nothing.</param>
readonly record struct Piece(int Rank, nint Address, long Bytes);
