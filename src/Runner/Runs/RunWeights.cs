namespace TripletGpu.Runner.Runs;

/// <summary>Which weights of a run are used: those after the last step, or the best by the validation part.</summary>
enum RunWeights { Last, Best }
