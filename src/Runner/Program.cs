using TripletGpu.Collectives.Mpi;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Display;

// Open MPI gives each rank a terminal of its own, and .NET would write that terminal's setting-up sequence into what
// others read.
if (MpiLaunch.IsPresent) Environment.SetEnvironmentVariable("TERM", "dumb");
try
{
    return CommandLine.Run(args, Terminal.OfProcess());
}
catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
{
    // Standard error is closed too: there is nobody to tell.
    return CommandLine.BadInput;
}
