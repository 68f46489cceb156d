using System.Runtime.InteropServices;

namespace TripletGpu.Collectives.Mpi;

/// <summary>
/// The functions of MPI's C interface that the transport calls. Handles are 64 bits wide here: an implementation whose
/// handles are 32-bit numbers takes the lower half, and writes it where a request is returned.
/// </summary>
static unsafe partial class MpiFunctions
{
    /// <summary>What the imports are named after; <see cref="Use"/> says what it stands for.</summary>
    const string Library = "mpi";

    static MpiLibrary? library;

    /// <summary>Every call goes to this library from now on.</summary>
    public static void Use(MpiLibrary loaded)
    {
        if (library is null)
            NativeLibrary.SetDllImportResolver(
                typeof(MpiFunctions).Assembly, (name, _, _) => name == Library ? library!.Handle : 0);
        library = loaded;
    }

    [LibraryImport(Library, EntryPoint = "MPI_Init_thread")]
    public static partial int InitThread(int* count, byte*** arguments, int required, out int provided);

    [LibraryImport(Library, EntryPoint = "MPI_Finalize")]
    public static partial int Finish();

    [LibraryImport(Library, EntryPoint = "MPI_Abort")]
    public static partial int Abort(nint communicator, int code);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_rank")]
    public static partial int CommRank(nint communicator, out int rank);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_size")]
    public static partial int CommSize(nint communicator, out int size);

    [LibraryImport(Library, EntryPoint = "MPI_Comm_set_errhandler")]
    public static partial int SetErrorHandler(nint communicator, nint handler);

    [LibraryImport(Library, EntryPoint = "MPI_Error_string")]
    public static partial int ErrorString(int code, byte* text, out int length);

    [LibraryImport(Library, EntryPoint = "MPI_Get_library_version")]
    public static partial int LibraryVersion(byte* text, out int length);

    [LibraryImport(Library, EntryPoint = "MPI_Isend")]
    public static partial int Send(
        void* from, int count, nint type, int to, int tag, nint communicator, nint* request);

    [LibraryImport(Library, EntryPoint = "MPI_Irecv")]
    public static partial int Receive(
        void* to, int count, nint type, int from, int tag, nint communicator, nint* request);

    [LibraryImport(Library, EntryPoint = "MPI_Test")]
    public static partial int Test(nint* request, out int isDone, void* status);

    [LibraryImport(Library, EntryPoint = "MPI_Cancel")]
    public static partial int Cancel(nint* request);

    [LibraryImport(Library, EntryPoint = "MPI_Request_free")]
    public static partial int Free(nint* request);
}
