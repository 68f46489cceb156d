using System.Runtime.InteropServices;

namespace TripletGpu.Runner.Devices;

/// <summary>The processor's marketing name.</summary>
static class CpuName
{
    /// <summary>What the system calls it, or its architecture where the system does not say.</summary>
    public static string Read()
    {
        const string info = "/proc/cpuinfo", key = "model name";
        if (File.Exists(info))
            foreach (string line in File.ReadLines(info))
                if (line.StartsWith(key, StringComparison.Ordinal)) return line[(line.IndexOf(':') + 1)..].Trim();
        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
