using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Display;

return CommandLine.Run(args, Terminal.OfProcess());
