using System.Runtime.InteropServices;

namespace TripletGpu.Collectives.Mpi;

/// <summary>
/// The MPI library of this machine, and the constants of its C interface: every implementation has the same functions,
/// but what <c>MPI_COMM_WORLD</c> is differs. In the standard interface (MPI 5.0's ABI) and in MPICH's handles are
/// numbers, in Open MPI's the addresses of objects that the library exports.
/// </summary>
sealed record MpiLibrary(nint Handle, string Name, nint World, nint Byte, nint ErrorsReturn, int Serialized)
{
    /// <summary>Names of libraries to look for, by the launcher that started this process.</summary>
    static readonly string[] openMpi = ["libmpi.so.40", "libmpi.so.41"], mpich = ["libmpi.so.12", "libmpich.so.12"];

    static readonly string[] standard = ["libmpi_abi.so.0", "libmpi_abi.so"];

    /// <summary>Loads the library that fits the launcher.</summary>
    /// <param name="isOpenMpi">Whether Open MPI's launcher started this process; null: it is not known.</param>
    /// <exception cref="CollectiveException">There is none.</exception>
    public static MpiLibrary Load(bool? isOpenMpi)
    {
        ProcessEnvironment.LeaveSignalsAlone();
        string[] own = isOpenMpi switch
        {
            true => openMpi,
            false => mpich,
            null => [.. openMpi, .. mpich],
        };
        foreach (string name in (string[])[.. standard, .. own])
            if (NativeLibrary.TryLoad(name, out nint handle)) return Describe(handle, name);
        throw new CollectiveException(
            $"this process was started by an MPI launcher, but none of its libraries loads ({string.Join(", ", own)}):"
            + " install the libraries beside the launcher (Debian: libopenmpi3 or libmpich12)");
    }

    static MpiLibrary Describe(nint handle, string name)
    {
        if (standard.Contains(name)) return new(handle, name, World: 0x101, Byte: 0x247, ErrorsReturn: 0x143, 2048);
        return NativeLibrary.TryGetExport(handle, "ompi_mpi_comm_world", out nint world)
            ? new(
                handle, name, world, NativeLibrary.GetExport(handle, "ompi_mpi_byte"),
                NativeLibrary.GetExport(handle, "ompi_mpi_errors_return"), Serialized: 2)
            : new(handle, name, World: 0x44000000, Byte: 0x4c00010d, ErrorsReturn: 0x54000001, Serialized: 2);
    }
}
