using TripletGpu;
using TripletGpu.Backends.Cpu;
using TripletGpu.Benchmarks;

// usage: TripletGpu.Benchmarks conv|gemm|layers|elementwise|small... [--instructions portable|avx2|avx512]
//        [--threads N] [--seconds S] [--direct] [--shape N,C,SIZE,K,KERNEL,STRIDE]...
CpuInstructionSet? instructions = null;
int threads = 0;
double seconds = 1;
bool useWinograd = true;
List<ConvolutionBenchmark.Layer> layers = [];
List<string> suites = [];
for (int i = 0; i < args.Length; i++)
    switch (args[i])
    {
        case "--instructions": instructions = Enum.Parse<CpuInstructionSet>(args[++i], ignoreCase: true); break;
        case "--threads": threads = int.Parse(args[++i]); break;
        case "--seconds": seconds = double.Parse(args[++i]); break;
        case "--shape": layers.Add(ConvolutionBenchmark.Layer.Parse(args[++i])); break;
        case "--direct": useWinograd = false; break;
        default: suites.Add(args[i]); break;
    }
foreach (string suite in suites)
{
    using Device device = new("cpu", new CpuBackend(threads, instructions) { UseWinograd = useWinograd });
    switch (suite)
    {
        case "conv": ConvolutionBenchmark.Run(device, seconds, layers); break;
        case "gemm": GemmBenchmark.Run(device, seconds); break;
        case "elementwise": ElementwiseBenchmark.Run(device, seconds); break;
        case "layers": MemoryBoundLayers.Run(); break;
        case "small": SmallCnnBenchmark.Run(device, seconds); break;
        default:
            Console.Error.WriteLine(
                $"no benchmark is called '{suite}'; there are conv, gemm, layers, elementwise and small");
            return 2;
    }
}
return 0;
