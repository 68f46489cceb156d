namespace TripletGpu.Kernels;

/// <summary>What the generated text needs in front of it: one set of names, defined for each target.</summary>
static class Prelude
{
    static string? openCl, cuda;

    public static string OpenCl => openCl ??= Read("OpenCl.h");

    public static string Cuda => cuda ??= Read("Cuda.h");

    static string Read(string file)
    {
        using var reader = new StreamReader(typeof(Prelude).Assembly.GetManifestResourceStream(file)!);
        return reader.ReadToEnd();
    }
}
