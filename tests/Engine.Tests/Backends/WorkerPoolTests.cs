using TripletGpu.Backends.Cpu;

namespace TripletGpu.Engine.Tests.Backends;

[CancelAfter(60_000)]
public sealed class WorkerPoolTests
{
    readonly WorkerPool pool = new(3);

    [OneTimeTearDown]
    public void EndThreads() => pool.Dispose();

    [Test]
    public void ForEach_CallsForEachPieceOnce_JobAfterJob([Values(1, 2, 3, 7, 100)] int count)
    {
        for (int job = 0; job < 2_000; job++)
        {
            int[] calls = new int[count];
            pool.ForEach(count, (piece, _) => Interlocked.Increment(ref calls[piece]));
            Assert.That(calls, Is.All.EqualTo(1), $"job {job}");
        }
    }

    [Test]
    public void For_CoversTheRange([Values(1, 2, 5, 12, 13, 1000)] int count, [Values(1, 10)] int atLeast)
    {
        int[] calls = new int[count];
        pool.For(count, atLeast, (from, to) =>
        {
            for (int i = from; i < to; i++) Interlocked.Increment(ref calls[i]);
        });
        Assert.That(calls, Is.All.EqualTo(1));
    }

    /// <summary>As if another program had taken its core: the others do what is left of its share.</summary>
    [Test]
    public void ForEach_OneThreadIsStuck_TheOthersDoAllElse([Values(0, 40, 99)] int stuck)
    {
        for (int job = 0; job < 20; job++)
        {
            using CountdownEvent others = new(99);
            bool wereDone = false;
            pool.ForEach(100, (piece, _) =>
            {
                if (piece == stuck) wereDone = others.Wait(20_000);
                else others.Signal();
            });
            Assert.That(wereDone);
        }
    }

    /// <summary>Workers that have gone to sleep, and a caller that does.</summary>
    [Test]
    public void ForEach_AfterAPause_WakesWorkers_AndWaitsForLateOnes()
    {
        for (int job = 0; job < 20; job++)
        {
            Thread.Sleep(2);
            int caller = Environment.CurrentManagedThreadId, done = 0;
            pool.ForEach(6, (_, _) =>
            {
                Thread.Sleep(Environment.CurrentManagedThreadId == caller ? 1 : 3);
                Interlocked.Increment(ref done);
            });
            Assert.That(done, Is.EqualTo(6));
        }
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(2)]
    public void Run_OneThreadThrows_ThrowsItAfterTheOthersHaveLeft(int failing)
    {
        for (int repetition = 0; repetition < 200; repetition++)
        {
            int inside = 0;
            Assert.That(
                () => pool.Run(thread =>
                {
                    if (thread == failing) throw new TimeZoneNotFoundException("the job's own");
                    Interlocked.Increment(ref inside);
                    Thread.SpinWait(100);
                    Interlocked.Decrement(ref inside);
                }),
                Throws.TypeOf<TimeZoneNotFoundException>().With.Message.EqualTo("the job's own"));
            Assert.That(inside, Is.Zero);
            int calls = 0;
            pool.Run(_ => Interlocked.Increment(ref calls));
            Assert.That(calls, Is.EqualTo(pool.Threads), "the next job is whole");
        }
    }

    [Test]
    public void ForEachBranch_EachBranchesPiecesAreDoneOnce_JobAfterJob([Values(1, 2, 3, 7)] int branches)
    {
        for (int job = 0; job < 500; job++)
        {
            int[,] calls = new int[branches, 20];
            pool.ForEachBranch(branches, branch =>
            {
                for (int part = 0; part < 2; part++)
                {
                    int from = 10 * part;
                    pool.ForEach(10, (piece, _) => Interlocked.Increment(ref calls[branch, from + piece]));
                    for (int i = 0; i < from + 10; i++)
                        if (calls[branch, i] != 1) throw new InvalidOperationException($"piece {i} of {branch}");
                }
            });
            Assert.That(calls, Is.All.EqualTo(1), $"job {job}");
        }
    }

    /// <summary>Scratch memory is by thread: no two threads of a branch's job have one number.</summary>
    [Test]
    public void ForEachBranch_ThreadsOfAJobHaveTheirOwnNumbers()
    {
        for (int job = 0; job < 200; job++)
            pool.ForEachBranch(3, _ =>
            {
                int[] inside = new int[pool.Threads];
                pool.ForEach(12, (_, thread) =>
                {
                    if (Interlocked.Increment(ref inside[thread]) != 1) throw new InvalidOperationException("shared");
                    Thread.SpinWait(50);
                    Interlocked.Decrement(ref inside[thread]);
                });
            });
    }

    /// <summary>A branch that is alone, or longer than the others, has help: here it could not end without.</summary>
    [TestCase(1)]
    [TestCase(3)]
    public void ForEachBranch_IdleThreadsHelp(int branches)
    {
        for (int job = 0; job < 20; job++)
        {
            bool wereDone = false;
            pool.ForEachBranch(branches, branch =>
            {
                if (branch > 0) return;
                using CountdownEvent others = new(29);
                pool.ForEach(30, (piece, _) =>
                {
                    if (piece == 5) wereDone = others.Wait(20_000);
                    else others.Signal();
                });
            });
            Assert.That(wereDone);
        }
    }

    [Test]
    public void ForEachBranch_APieceThrows_ThrowsIt_AndTheNextJobIsWhole()
    {
        for (int repetition = 0; repetition < 100; repetition++)
        {
            Assert.That(
                () => pool.ForEachBranch(3, branch => pool.ForEach(9, (piece, _) =>
                {
                    if (branch == 1 && piece == 7) throw new TimeZoneNotFoundException("the piece's own");
                })),
                Throws.TypeOf<TimeZoneNotFoundException>());
            int calls = 0;
            pool.ForEach(9, (_, _) => Interlocked.Increment(ref calls));
            Assert.That(calls, Is.EqualTo(9));
        }
    }

    [Test]
    public void Run_AllThrow_OneArrives() => Assert.That(
        () => pool.Run(thread => throw new ArithmeticException($"{thread}")), Throws.TypeOf<ArithmeticException>());
}
