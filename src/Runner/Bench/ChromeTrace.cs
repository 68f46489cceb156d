using System.Text.Json;

namespace TripletGpu.Runner.Bench;

/// <summary>
/// Profiles in the Trace Event Format, which chrome://tracing, Perfetto and speedscope open: a row of the benchmark is
/// a process, its forward and backward passes are threads.
/// </summary>
static class ChromeTrace
{
    /// <summary>Writes the profiles of all rows that have one.</summary>
    public static void Write(string path, IEnumerable<BenchRow> rows)
    {
        List<object> events = [];
        int process = 0;
        foreach (BenchRow row in rows.Where(row => row.Profile is not null))
        {
            process++;
            events.Add(new
            {
                name = "process_name",
                ph = "M",
                pid = process,
                args = new { name = $"{row.Op} {string.Join("x", row.Shape)}" },
            });
            foreach (OpEvent e in row.Profile!)
                events.Add(new
                {
                    name = e.Layer,
                    cat = e.Op,
                    ph = "X",
                    pid = process,
                    tid = e.Pass,
                    ts = e.Start * 1e6,
                    dur = e.Seconds * 1e6,
                    args = new
                    {
                        op = e.Op,
                        gflop = e.Gflop,
                        gflops = e.Gflop / e.Seconds,
                        bytes = e.Bytes,
                    },
                });
        }
        File.WriteAllText(path, JsonSerializer.Serialize(new { traceEvents = events, displayTimeUnit = "ms" }));
    }
}
