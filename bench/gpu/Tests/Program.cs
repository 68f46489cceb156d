using System.Globalization;
using System.Reflection;
using NUnit.Framework.Api;
using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;

namespace TripletGpu.GpuTests;

/// <summary>
/// Runs the tests of the given assemblies whose full names match a regular expression, and prints the failed ones:
/// <c>triplet-tests PATTERN ASSEMBLY...</c>. Which devices they run on is TRIPLETGPU_DEVICES. <c>triplet-tests show</c>
/// prints results that run.sh has made: <see cref="Shown"/>.
/// </summary>
static class Program
{
    static int Main(string[] arguments)
    {
        if (arguments is ["show", ..] && Shown.Run(arguments[1..])) return 0;
        if (arguments.Length < 2)
        {
            Console.Error.WriteLine("triplet-tests PATTERN ASSEMBLY...");
            return 2;
        }
        int failed = 0;
        foreach (string name in arguments.Skip(1))
        {
            var runner = new NUnitTestAssemblyRunner(new DefaultTestAssemblyBuilder());
            runner.Load(Assembly.Load(name), new Dictionary<string, object>());
            ITestResult result = runner.Run(new FailurePrinter(), TestFilter.FromXml(
                $"<filter><test re='1'>{System.Security.SecurityElement.Escape(arguments[0])}</test></filter>"));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{name}: {result.PassCount} passed, {result.FailCount} failed, {result.SkipCount} skipped in"
                + $" {result.Duration:0} s"));
            failed += result.FailCount;
        }
        return failed == 0 ? 0 : 1;
    }
}
