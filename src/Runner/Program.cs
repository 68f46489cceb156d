using TripletGpu.Collectives.Mpi;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Display;

// Open MPI gives each rank a terminal of its own, and .NET would write that terminal's setting-up sequence into what
// others read.
if (MpiLaunch.IsPresent) Environment.SetEnvironmentVariable("TERM", "dumb");
return CommandLine.Run(args, Terminal.OfProcess());
