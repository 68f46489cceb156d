using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using TripletGpu.OperationBenchmarks;

// Operations on every device of this machine, with BenchmarkDotNet:
//   dotnet run -c Release --project bench/OperationBenchmarks -- --filter '*MatMul*' --job short
// In this process: nothing is generated and built, and the device's memory and threads are warm as in a training.
BenchmarkSwitcher.FromAssembly(typeof(DeviceBenchmark).Assembly)
    .Run([.. args, "--inProcess"], ManualConfig.Create(DefaultConfig.Instance).AddColumn(new GflopsColumn()));
