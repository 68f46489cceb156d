#!/usr/bin/env bash
# ILGPU 1.5.3 (NuGet): a kernel that is refused takes every later kernel of the context with it.
#
# Expected:  a kernel with something that GPUs lack (here MathF.Sign, whose code throws for NaN) raises an exception;
#            the next kernel compiles.
# Happens:   the first exception holds the rule (as an inner one). From then on every kernel of this context, also one
#            that compiled before, fails with "Object reference not set to an instance of an object", on a fresh
#            backend as well. A new context is needed; nothing says so.
# Matters:   whoever tries whether a device can run a kernel and falls back must throw the context away after a no. In
#            a test suite one bad kernel fails all that follow, with a message that points nowhere.
cd "$(dirname "$0")" && source ./fetch.bash
output=$(ilgpu <<'PROGRAM'
using ILGPU;
using ILGPU.Runtime.CPU;

using var context = Context.Create(builder => builder.CPU());
foreach (string kernel in (string[])["Good", "Sign", "Other", "Good"]) Try("first context", context, kernel);
using var second = Context.Create(builder => builder.CPU());
Try("second context", second, "Other");

static void Try(string where, Context context, string kernel)
{
    try
    {
        Text.Ptx(context, typeof(Kernels).GetMethod(kernel)!);
        Console.WriteLine($"{where}, {kernel}: compiled");
    }
    catch (Exception exception)
    {
        while (exception is AggregateException) exception = exception.InnerException!;
        Console.WriteLine($"{where}, {kernel}: {exception.GetType().Name}: {exception.Message.Split('\n')[0].Trim()}");
    }
}

public static class Kernels
{
    public static void Good(Index1D i, ArrayView<float> x) => x[i] = x[i] + 1f;
    public static void Sign(Index1D i, ArrayView<float> x) => x[i] = MathF.Sign(x[i]);
    public static void Other(Index1D i, ArrayView<float> x) => x[i] = MathF.Abs(x[i]);
}
PROGRAM
) || cannot "$output"
compare "$output" <<'STATED'
first context, Good: compiled
first context, Sign: InternalCompilerException: An internal compiler error has been detected
first context, Other: NullReferenceException: Object reference not set to an instance of an object.
first context, Good: NullReferenceException: Object reference not set to an instance of an object.
second context, Other: compiled
STATED
