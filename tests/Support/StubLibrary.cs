using System.Diagnostics;
using System.Runtime.CompilerServices;
using NUnit.Framework;

namespace TripletGpu.Support;

/// <summary>
/// Libraries that stand in for a driver: compiled from a few lines of C beside the tests that use them.
/// </summary>
public static class StubLibrary
{
    /// <summary>
    /// Compiles <c>Stubs/NAME.c</c> beside the caller into a shared library. Without a C compiler the test is skipped,
    /// visibly; naming <c>cc</c> in TRIPLETGPU_REQUIRE makes that a failure.
    /// </summary>
    /// <param name="name">The source's name without its extension.</param>
    /// <param name="library">The library's path.</param>
    /// <param name="options">For the C compiler: <c>-DMAJOR=13</c>.</param>
    /// <param name="caller">The calling file, filled in by the compiler.</param>
    public static void Compile(
        string name, string library, string[]? options = null, [CallerFilePath] string caller = "")
    {
        string source = Path.Combine(Path.GetDirectoryName(caller)!, "Stubs", name + ".c");
        foreach (string compiler in (string[])["cc", "gcc", "clang"])
            try
            {
                string[] arguments = ["-w", "-shared", "-fPIC", .. options ?? [], "-o", library, source];
                using Process process = Process.Start(compiler, arguments);
                process.WaitForExit();
                Assert.That(process.ExitCode, Is.Zero, $"{compiler} compiles {source}");
                return;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // Not this one: the next name.
            }
        TestDevices.Skip("cc", "no C compiler is installed");
    }
}
