using NUnit.Framework.Interfaces;

namespace TripletGpu.GpuTests;

/// <summary>Prints each failed test and the beginning of why.</summary>
sealed class FailurePrinter : ITestListener
{
    const int MessageLength = 400;

    public void TestFinished(ITestResult result)
    {
        if (result.Test.IsSuite || result.ResultState.Status != TestStatus.Failed) return;
        string message = (result.Message ?? "").Trim();
        message = message[..Math.Min(message.Length, MessageLength)].ReplaceLineEndings("\n    ");
        Console.WriteLine($"FAILED {result.FullName}\n    {message}");
    }

    public void TestStarted(ITest test)
    {
    }

    public void TestOutput(TestOutput output)
    {
    }

    public void SendMessage(TestMessage message)
    {
    }
}
