using TripletGpu.Benchmarks;

string suite = args.Length > 0 ? args[0] : "";
switch (suite)
{
    case "layers":
        MemoryBoundLayers.Run();
        return 0;
    default:
        Console.Error.WriteLine($"no benchmark is called '{suite}'; there is: layers");
        return 2;
}
