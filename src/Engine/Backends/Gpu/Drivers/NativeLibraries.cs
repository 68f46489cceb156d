using System.Runtime.InteropServices;

namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>Libraries that are found at run time, by name.</summary>
static class NativeLibraries
{
    /// <summary>
    /// Binds the first of these libraries that there is. What is there but cannot be used ends the search: another
    /// version would only hide the fault.
    /// </summary>
    /// <param name="names">File names, or paths, in order of preference.</param>
    /// <param name="bind">Looks up the functions.</param>
    /// <param name="what">What the library is, for <paramref name="reason"/>.</param>
    /// <param name="remedy">What to do about a missing one.</param>
    /// <param name="reason">Why there is none; empty on success.</param>
    public static T? Load<T>(
        IReadOnlyList<string> names, Func<nint, T> bind, string what, string remedy, out string reason) where T : class
    {
        reason = "";
        foreach (string name in names)
        {
            if (!NativeLibrary.TryLoad(name, out nint library)) continue;
            try
            {
                return bind(library);
            }
            catch (EntryPointNotFoundException exception)
            {
                reason = $"{name} is no {what}: {exception.Message}";
                return null;
            }
        }
        reason = $"no {what} ({string.Join(" or ", names)}): {remedy}";
        return null;
    }

    /// <summary>Binds all of these libraries that there are; one that lacks a function is passed over.</summary>
    /// <param name="names">File names, or paths.</param>
    /// <param name="bind">Looks up the functions.</param>
    public static IReadOnlyList<T> LoadAll<T>(IReadOnlyList<string> names, Func<nint, T> bind) where T : class
    {
        var found = new List<T>();
        foreach (string name in names)
            try
            {
                if (NativeLibrary.TryLoad(name, out nint library)) found.Add(bind(library));
            }
            catch (EntryPointNotFoundException)
            {
                // Too old, or something else of that name.
            }
        return found;
    }
}
