namespace TripletGpu.Collectives.Mpi;

/// <summary>What the environment says of the launcher that started this process.</summary>
public static class MpiLaunch
{
    /// <summary>Open MPI's <c>mpirun</c>, or Slurm's <c>srun --mpi=pmix</c>, which Open MPI understands.</summary>
    static readonly string[] openMpi = ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK"];

    /// <summary>MPICH's launcher, and <c>srun --mpi=pmi2</c>.</summary>
    static readonly string[] mpich = ["PMI_RANK", "PMI_FD"];

    /// <summary>Whether an MPI launcher started this process.</summary>
    public static bool IsPresent => IsOpenMpi is not null;

    /// <summary>Which kind of launcher; null: none.</summary>
    internal static bool? IsOpenMpi =>
        openMpi.Any(IsSet) ? true : mpich.Any(IsSet) ? false : null;

    /// <summary>The variables by which a launcher is known, for a process that is to be started without it.</summary>
    public static IReadOnlyList<string> Variables { get; } = [.. openMpi, .. mpich];

    static bool IsSet(string name) => !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(name));
}
