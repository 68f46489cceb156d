using System.Text;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Gpu.OpenCl;

/// <summary>
/// Builds a kernel's program on its first launch and keeps its binary on disk, under the hash of text, options, device
/// and driver. Binaries are written at the first wait after the launches: some drivers (PoCL) compile only then, and
/// what is saved before is little more than the source.
/// </summary>
sealed unsafe class OpenClPrograms : IDisposable
{
    const uint BuildLog = 0x1183, BinarySizes = 0x1165, Binaries = 0x1166;

    readonly OpenClDevice device;
    readonly OpenClLibrary library;
    readonly nint context;
    readonly ProgramCache cache;
    readonly string options;
    readonly List<(string Key, nint Program)> unsaved = [];
    readonly List<nint> programs = [];
    nint[] kernels = new nint[128];

    public OpenClPrograms(OpenClDevice device, nint context, ProgramCache cache)
    {
        (this.device, library, this.context, this.cache) = (device, device.Library, context, cache);
        // Quotients and roots otherwise differ from the CPU's, and with them what mining chooses.
        options = "-cl-std=CL1.2" + (device.RoundsDivision ? " -cl-fp32-correctly-rounded-divide-sqrt" : "")
            + (device.Fuses ? "" : " -DNO_FMA");
    }

    /// <summary>The built kernel.</summary>
    /// <exception cref="OpenClException">The driver does not take the program; with its log.</exception>
    public nint Kernel(KernelSource source)
    {
        if (source.Id < kernels.Length && kernels[source.Id] is var known and not 0) return known;
        string text = source.OpenCl, key = ProgramCache.KeyOf($"{device}", device.Capabilities.Driver, options, text);
        nint program = FromBinary(key);
        if (program == 0)
        {
            program = FromText(source, text);
            unsaved.Add((key, program));
        }
        programs.Add(program);
        int error;
        nint kernel;
        fixed (byte* name = Encoding.UTF8.GetBytes(source.Entry + "\0")) kernel =
            library.CreateKernel(program, name, &error);
        OpenClException.Check(error, $"clCreateKernel {source.Entry} of {source.Name}");
        if (source.Id >= kernels.Length) Array.Resize(ref kernels, Math.Max(source.Id + 1, kernels.Length * 2));
        return kernels[source.Id] = kernel;
    }

    /// <summary>Writes the binaries of what has been built since the last call.</summary>
    public void Save()
    {
        foreach ((string key, nint program) in unsaved)
            if (Binary(program) is { } binary) cache.Write(key, binary);
        unsaved.Clear();
    }

    public void Dispose()
    {
        Save();
        foreach (nint kernel in kernels)
            if (kernel != 0) _ = library.ReleaseKernel(kernel);
        foreach (nint program in programs) _ = library.ReleaseProgram(program);
    }

    nint FromText(KernelSource source, string text)
    {
        int error;
        nint program;
        fixed (byte* bytes = Encoding.UTF8.GetBytes(text + "\0"))
        {
            byte* start = bytes;
            program = library.CreateProgramWithSource(context, 1, &start, null, &error);
        }
        OpenClException.Check(error, $"clCreateProgramWithSource of {source.Name}");
        if (Build(program) is not (var code and not 0)) return program;
        string log = Log(program);
        _ = library.ReleaseProgram(program);
        throw new OpenClException($"{device} does not build {source.Name} ({code}):\n{log}");
    }

    /// <summary>0 where there is no binary, or the driver no longer takes it.</summary>
    nint FromBinary(string key)
    {
        if (cache.Read(key) is not { Length: > 0 } binary) return 0;
        int error, status;
        nint id = device.Id;
        nuint length = (nuint)binary.Length;
        fixed (byte* bytes = binary)
        {
            byte* start = bytes;
            nint program = library.CreateProgramWithBinary(context, 1, &id, &length, &start, &status, &error);
            if (error == 0 && status == 0 && Build(program) == 0) return program;
            if (program != 0) _ = library.ReleaseProgram(program);
            return 0;
        }
    }

    int Build(nint program)
    {
        nint id = device.Id;
        fixed (byte* text = Encoding.UTF8.GetBytes(options + "\0"))
            return library.BuildProgram(program, 1, &id, text, null, null);
    }

    string Log(nint program)
    {
        nuint size;
        if (library.GetProgramBuildInfo(program, device.Id, BuildLog, 0, null, &size) != 0) return "no build log";
        byte[] log = new byte[size];
        fixed (byte* p = log)
            return library.GetProgramBuildInfo(program, device.Id, BuildLog, size, p, null) == 0
                ? Encoding.UTF8.GetString(log).TrimEnd('\0', '\n') : "no build log";
    }

    byte[]? Binary(nint program)
    {
        nuint size;
        if (library.GetProgramInfo(program, BinarySizes, (nuint)sizeof(nuint), &size, null) != 0
            || size == 0) return null;
        byte[] binary = new byte[size];
        fixed (byte* p = binary)
        {
            byte* start = p;
            return library.GetProgramInfo(program, Binaries, (nuint)sizeof(nint), &start, null) == 0 ? binary : null;
        }
    }
}
