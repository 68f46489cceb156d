using System.Globalization;
using System.Text.Json;

namespace TripletGpu.GpuTests;

/// <summary>What run.sh prints of the program's JSON, so that no other tool has to be there.</summary>
static class Shown
{
    /// <summary>Whether the words are one of: cards DEVICES | losses NETWORK CPU_RUN RUN | rows BENCH.</summary>
    public static bool Run(string[] words)
    {
        switch (words)
        {
            case ["cards", var devices]: Cards(devices); return true;
            case ["losses", var network, var cpu, var run]: Losses(network, cpu, run); return true;
            case ["rows", var bench]: Rows(bench); return true;
            default: return false;
        }
    }

    /// <summary>Usable devices of a card, one a line; with every compiler that takes it.</summary>
    static void Cards(string file)
    {
        foreach (JsonElement device in Read(file).GetProperty("devices").EnumerateArray())
        {
            if (!device.GetProperty("usable").GetBoolean() || !Text(device, "name").Contains(
                "nvidia", StringComparison.OrdinalIgnoreCase))
                continue;
            Console.WriteLine(Text(device, "id"));
            foreach (JsonElement compiler in device.GetProperty("compilers").EnumerateArray().Skip(1))
                if (compiler.GetProperty("usable").GetBoolean())
                    Console.WriteLine($"{Text(device, "id")}+{Text(compiler, "id")}");
        }
    }

    /// <summary>How far apart the first losses of two runs are.</summary>
    static void Losses(string network, string cpuRun, string run)
    {
        double[] cpu, own;
        try
        {
            (cpu, own) = (Of(cpuRun), Of(run));
        }
        catch (IOException missing)
        {
            Console.WriteLine($"   {network}: {missing.Message}");
            return;
        }
        if (cpu.Length == 0 || own.Length == 0)
        {
            Console.WriteLine($"   {network}: no step was finished");
            return;
        }
        string apart = string.Join(' ', cpu.Zip(own).Take(6)
            .Select(pair => Format($"{Math.Abs(pair.First - pair.Second) / pair.First:0e-00}")));
        Console.WriteLine(Format(
            $"   {network}: step 1 {own[0]:0.0000000} (cpu {cpu[0]:0.0000000}), apart {apart}, last {own[^1]:0.0000}")
            + Format($" (cpu {cpu[^1]:0.0000})"));

        static double[] Of(string folder) =>
        [
            .. File.ReadLines(Path.Combine(folder, "metrics.jsonl"))
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("loss").GetDouble()),
        ];
    }

    /// <summary>A line a row, and the kernels of a row by their time.</summary>
    static void Rows(string file)
    {
        JsonElement rows;
        try
        {
            rows = Read(file).GetProperty("rows");
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            Console.WriteLine("   no result");
            return;
        }
        foreach (JsonElement row in rows.EnumerateArray())
        {
            string shape = string.Join(" x ", row.GetProperty("shape").EnumerateArray());
            string device = Number(row, "deviceSeconds") is > 0 and var seconds
                ? Format($"{seconds * 1e3,9:0.000} ms on the device") : "";
            Console.WriteLine(Format(
                $"   {Text(row, "op"),-22} {shape,-32} {Number(row, "seconds") * 1e3,9:0.000} ms {device}")
                + Format($" {Number(row, "gflops") / 1e3,7:0.00} TFLOP/s"));
            if (!row.TryGetProperty("kernels", out JsonElement list) || list.ValueKind != JsonValueKind.Array) continue;
            JsonElement[] kernels = [.. list.EnumerateArray().OrderByDescending(k => Number(k, "seconds"))];
            double total = kernels.Sum(k => Number(k, "seconds"));
            foreach (JsonElement kernel in kernels.Take(12))
                Console.WriteLine(Format($"      {Number(kernel, "seconds") / total,6:P1} {Text(kernel, "kernel")},")
                    + $" {Number(kernel, "launches")} launches");
        }
    }

    static JsonElement Read(string file) => JsonDocument.Parse(File.ReadAllText(file)).RootElement;

    static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";

    /// <summary>0 where there is none.</summary>
    static double Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble() : 0;

    static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
