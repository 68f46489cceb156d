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

    /// <summary>Whether somebody asked to stop.</summary>
    public bool IsRequested => exitCode != 0;

    /// <summary>Cancelled when somebody asks to stop.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>130 after Ctrl-C, 143 after SIGTERM, as shells count signals; 0 while nobody asked.</summary>
    public int ExitCode => exitCode;

    /// <summary>Takes over the process's signals until disposal.</summary>
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

    /// <summary>Gives the signals back.</summary>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in registrations) registration.Dispose();
        source.Dispose();
    }

    void Register(PosixSignal signal, int code) => registrations.Add(PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = true;
        if (IsRequested) Environment.Exit(code);
        Request(code);
    }));
}
