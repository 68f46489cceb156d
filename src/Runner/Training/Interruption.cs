using System.Runtime.InteropServices;

namespace TripletGpu.Runner.Training;

/// <summary>
/// Ctrl-C and SIGTERM while a run trains: the first one asks it to finish its step, save and stop; a second one ends
/// the process at once.
/// </summary>
sealed class Interruption : IDisposable
{
    readonly List<PosixSignalRegistration> registrations = [];
    readonly CancellationTokenSource source = new();
    volatile int exitCode;
    int heard;

    /// <summary>Whether somebody asked to stop.</summary>
    public bool IsRequested => exitCode != 0;

    /// <summary>Cancelled when somebody asks to stop.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>130 after Ctrl-C, 143 after SIGTERM, as shells count signals; 0 while nobody asked.</summary>
    public int ExitCode => exitCode;

    /// <summary>Takes over the process's signals until disposal, or for good once one has come.</summary>
    public static Interruption OfProcess()
    {
        Interruption interruption = new();
        interruption.Register(PosixSignal.SIGINT, 130);
        interruption.Register(PosixSignal.SIGTERM, 143);
        return interruption;
    }

    /// <summary>Asks to stop, as a signal does.</summary>
    public void Request(int code)
    {
        exitCode = code;
        source.Cancel();
    }

    /// <summary>
    /// Takes a signal. The process's first one asks to stop, also where ranks have agreed to stop already: they all get
    /// it, one after the other, and none may end while another saves.
    /// </summary>
    /// <returns>Whether it was not the first.</returns>
    internal bool Hear(int code)
    {
        if (Interlocked.Increment(ref heard) > 1) return true;
        Request(code);
        return false;
    }

    /// <summary>
    /// Gives the signals back, unless somebody asked to stop: then the process ends soon, and a rank's own signal may
    /// come as late as that.
    /// </summary>
    public void Dispose()
    {
        if (IsRequested) return;
        foreach (PosixSignalRegistration registration in registrations) registration.Dispose();
        source.Dispose();
    }

    void Register(PosixSignal signal, int code) => registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (Hear(code)) Environment.Exit(code);
    }));
}
