using TripletGpu.Backends.Cpu;

namespace TripletGpu.Engine.Tests.Backends;

public sealed class WorkerPoolTests
{
    readonly WorkerPool pool = new(3);

    [OneTimeTearDown]
    public void EndThreads() => pool.Dispose();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    [CancelAfter(10_000)]
    public void Run_OneThreadThrowsBeforeABarrier_ReleasesTheOthersAndThrows(int failing)
    {
        for (int repetition = 0; repetition < 20; repetition++)
        {
            int passed = 0;
            void Body(int thread)
            {
                if (thread == failing) throw new TimeZoneNotFoundException("the job's own");
                pool.Barrier();
                Interlocked.Increment(ref passed);
            }

            Assert.That(() => pool.Run(Body),
                Throws.TypeOf<TimeZoneNotFoundException>().With.Message.EqualTo("the job's own"));
            Assert.That(passed, Is.Zero);
            AssertBarrierHolds();
        }
    }

    [Test]
    public void Run_AllThrow_OneArrives() => Assert.That(
        () => pool.Run(thread => throw new ArithmeticException($"{thread}")), Throws.TypeOf<ArithmeticException>());

    /// <summary>After a job that failed, the next one's threads meet as ever.</summary>
    void AssertBarrierHolds()
    {
        int before = 0;
        int[] seen = new int[pool.Threads];
        pool.Run(thread =>
        {
            for (int phase = 1; phase <= 3; phase++)
            {
                Interlocked.Increment(ref before);
                pool.Barrier();
                seen[thread] += Volatile.Read(ref before) >= phase * pool.Threads ? 1 : 0;
                pool.Barrier();
            }
        });
        Assert.That(seen, Is.All.EqualTo(3));
    }
}
