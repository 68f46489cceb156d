using TripletGpu.Models.Text;

namespace TripletGpu.Models;

/// <summary>
/// Something the user gave cannot be used: a file, a configuration, a device. The message is one line that says what is
/// wrong, where, and what to do; the command line prints it alone and exits with 2.
/// </summary>
public sealed class UserErrorException(string message, Exception? inner = null)
    : Exception(Printable.Line(message), inner);
