using System.Text;
using System.Text.Json;
using TripletGpu.Collectives;
using TripletGpu.Collectives.Mpi;
using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Distributed;

/// <summary>
/// The processes that train together, seen from one of them. Rank 0 alone writes files and tells the user; what it
/// decides the others hear. A process that nobody started together with others is the only rank.
/// </summary>
sealed class Ranks : IDisposable
{
    // Longer than it takes the first rank to end everybody when all have found the same fault.
    const int GraceMilliseconds = 3000;

    // Open MPI's launcher passes lines on, and where a rank ends with a code that is not 0, or by MPI_Abort, it ends
    // without those that it has not read yet.
    const int RelayMilliseconds = 500;

    readonly ICollective? collective;
    readonly object failing = new();
    bool hasFailed;

    /// <param name="collective">The ranks; null: this process alone.</param>
    public Ranks(ICollective? collective)
    {
        this.collective = collective is { Size: > 1 } ? collective : null;
        (LocalRank, LocalThreads) = this.collective is null ? (0, 0) : Neighbourhood();
    }

    /// <summary>Who this is.</summary>
    public int Rank => collective?.Rank ?? 0;

    /// <summary>How many there are.</summary>
    public int Size => collective?.Size ?? 1;

    /// <summary>Whether this rank writes and tells.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>The number of this rank among those of its machine.</summary>
    public int LocalRank { get; }

    /// <summary>The cores that are this rank's; 0: no other rank takes any.</summary>
    public int LocalThreads { get; }

    /// <summary>What they tell each other by; null: this process is alone.</summary>
    public ICollective? Collective => collective;

    /// <summary>The bytes that this rank has sent to others.</summary>
    public long BytesSent => collective?.BytesSent ?? 0;

    /// <summary>The seconds that this rank has waited for others.</summary>
    public double WaitedSeconds => collective?.WaitedSeconds ?? 0;

    /// <summary>What to do after a rank was lost, for the message.</summary>
    public string Advice { get; set; } = "";

    /// <summary>Joins the ranks that an MPI launcher started; without one this process is alone.</summary>
    public static Ranks Join(Terminal terminal)
    {
        if (!MpiLaunch.IsPresent) return new Ranks(null);
        if (LauncherWords.Process(Environment.ProcessId) is { } line)
        {
            terminal.Error.WriteLine(line);
            terminal.Error.Flush();
        }
        MpiCollective mpi = MpiCollective.Join();
        if (mpi.Size == 1)
        {
            mpi.Dispose();
            return new Ranks(null);
        }
        Ranks ranks = new(mpi);
        mpi.Lost = lost => ranks.End(terminal, lost, (to, exception) =>
        {
            to.WriteLine(exception.Message);
            return 1;
        });
        return ranks;
    }

    /// <summary>This rank's rows of batches of so many; null where it has them all.</summary>
    /// <exception cref="UserErrorException">There are fewer rows than ranks.</exception>
    public BatchShare? ShareOf(int rows)
    {
        if (collective is null) return null;
        if (rows < Size)
            throw new UserErrorException(
                $"a batch of {Counted.Of(rows, "image")} cannot be shared by {Counted.Of(Size, "rank")}: take fewer"
                + " ranks or larger batches");
        return new BatchShare(collective, rows);
    }

    /// <summary>
    /// Runs <paramref name="work"/>. Where it fails on one rank, the others are not left waiting: one line is told and
    /// all end.
    /// </summary>
    /// <param name="terminal">Where failures are told.</param>
    /// <param name="work">The work of this rank; it gives the exit code.</param>
    /// <param name="tell">Writes a line about a failure and gives the exit code.</param>
    public int Run(Terminal terminal, Func<int> work, Func<TextWriter, Exception, int> tell)
    {
        if (collective is null) return work();
        try
        {
            int code = work();
            if (code != 0 && IsFirst) Thread.Sleep(RelayMilliseconds);
            // Nobody stops telling that it lives before everybody is done.
            collective.Barrier();
            collective.Dispose();
            return code;
        }
        catch (Exception exception)
        {
            return End(terminal, exception, tell);
        }
    }

    /// <summary>Rank 0 makes a value, and everybody gets it.</summary>
    /// <param name="make">Called on rank 0 alone.</param>
    public T FromFirst<T>(Func<T> make)
    {
        if (collective is null) return make();
        byte[] json = IsFirst ? JsonSerializer.SerializeToUtf8Bytes(make(), Json.Readable) : [];
        int[] length = [json.Length];
        collective.Broadcast(length.AsSpan());
        if (!IsFirst) json = new byte[length[0]];
        collective.Broadcast(json.AsSpan());
        return JsonSerializer.Deserialize<T>(json, Json.Readable)!;
    }

    /// <summary>Everybody gets the values of rank 0 in the place of its own.</summary>
    public void Broadcast<T>(Span<T> values) where T : unmanaged => collective?.Broadcast(values);

    /// <summary>The same for a tensor of each rank's device.</summary>
    public void Broadcast(Tensor tensor)
    {
        if (collective is null) return;
        float[] values = tensor.ToArray();
        collective.Broadcast(values.AsSpan());
        if (!IsFirst) tensor.CopyFrom(values);
    }

    /// <summary>The largest of the ranks' numbers.</summary>
    public int Max(int value)
    {
        if (collective is null) return value;
        int[] values = [value];
        collective.AllReduceMax(values.AsSpan());
        return values[0];
    }

    /// <summary>Checks that all ranks were started alike.</summary>
    /// <param name="what">What is compared, in the message.</param>
    /// <param name="value">A line of this rank.</param>
    /// <exception cref="UserErrorException">A rank has another one than rank 0; every rank throws it.</exception>
    public void MustAgree(string what, string value)
    {
        string[] all = Texts(value);
        int other = Array.FindIndex(all, text => text != all[0]);
        if (other < 0) return;
        int at = all[0].AsSpan().CommonPrefixLength(all[other]);
        throw new UserErrorException(
            $"rank {other} of {Size} has another {what} than rank 0: {Around(all[other], at)} instead of"
            + $" {Around(all[0], at)}; start all ranks with the same program and the same arguments");
    }

    /// <summary>A text of each rank, in their order.</summary>
    public string[] Texts(string own)
    {
        if (collective is null) return [own];
        byte[] bytes = Encoding.UTF8.GetBytes(own);
        int[] lengths = new int[Size], ones = new int[Size];
        Array.Fill(ones, 1);
        collective.AllGather([bytes.Length], lengths.AsSpan(), ones);
        byte[] all = new byte[lengths.Sum()];
        collective.AllGather(bytes, all.AsSpan(), lengths);
        string[] texts = new string[Size];
        for (int rank = 0, at = 0; rank < Size; at += lengths[rank++])
            texts[rank] = Encoding.UTF8.GetString(all, at, lengths[rank]);
        return texts;
    }

    /// <summary>Leaves the other ranks.</summary>
    public void Dispose() => collective?.Dispose();

    int End(Terminal terminal, Exception exception, Func<TextWriter, Exception, int> tell)
    {
        // What every rank has found the first one tells, and ends the others while they wait here.
        if (!IsFirst) Thread.Sleep(GraceMilliseconds);
        int code;
        lock (failing)
        {
            StringWriter line = new();
            code = tell(line, exception is CollectiveException lost ? new CollectiveException(lost.Message + Advice)
                : exception);
            if (!hasFailed)
                terminal.Error.Write(LauncherWords.Last(IsFirst ? $"{line}" : $"rank {Rank} of {Size}: {line}"));
            terminal.Error.Flush();
            hasFailed = true;
        }
        Thread.Sleep(RelayMilliseconds);
        collective!.Abort(code);
        return code;
    }

    /// <summary>This rank's number on its machine, and its part of the cores that it may run on.</summary>
    (int LocalRank, int Threads) Neighbourhood()
    {
        const string allowed = "Cpus_allowed_list:";
        string? line = File.Exists("/proc/self/status")
            ? File.ReadLines("/proc/self/status").FirstOrDefault(l => l.StartsWith(allowed, StringComparison.Ordinal))
            : null;
        string machine = Environment.MachineName, cores = $"{machine} {line?[allowed.Length..].Trim()}";
        string[] all = Texts($"{machine}\n{cores}");
        int local = all.Take(Rank).Count(text => text.Split('\n')[0] == machine);
        // A launcher that has bound ranks to cores has dealt them out already.
        int sharing = all.Count(text => text.Split('\n')[1] == cores);
        return (local, Math.Max(1, Environment.ProcessorCount / sharing));
    }

    static string Around(string text, int at)
    {
        const int Shown = 30;
        int from = Math.Max(0, at - Shown);
        return $"\"{text[from..Math.Min(text.Length, at + Shown)].ReplaceLineEndings(" ").Trim()}\"";
    }
}
