using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TripletGpu.Runner.Devices;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Images;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet devices</c>: what there is to compute with.</summary>
static class DevicesCommand
{
    public static Command Create(Terminal terminal)
    {
        Option<bool> json = CommonOptions.Json();
        Option<bool> check = new("--check")
        {
            Description = "Tries the fast forms of products and convolutions on every GPU and OpenCL device, too",
        };
        Command command = new("devices", "Lists the devices of this machine") { json, check };
        command.SetAction(parsed =>
        {
            IReadOnlyList<DeviceEntry> devices = DeviceCatalog.List();
            if (parsed.GetValue(json)) Json.Write(terminal, new { devices, images = ImageFile.Codec });
            else Show(terminal, devices);
            if (parsed.GetValue(check)) Check(terminal);
            return CommandLine.Done;
        });
        return command;
    }

    static void Show(Terminal terminal, IReadOnlyList<DeviceEntry> devices)
    {
        Table table = new Table().Border(TableBorder.Simple)
            .AddColumns("id", "name", "driver", "kernels by", "memory", "units", "auto", "usable");
        foreach (DeviceEntry device in devices.Where(d => d.Name != ""))
            table.AddRow(new[]
            {
                device.Id, device.Name, device.Driver, CompilersText(device),
                $"{device.MemoryBytes / (double)(1 << 30):0.0} GiB",
                $"{device.ComputeUnits}", device.Auto ? "yes" : "", device.Usable ? "yes" : "no",
            }.Select(Terminal.Cell).ToArray());
        terminal.Show(table);
        foreach (DeviceEntry device in devices.Where(d => !d.Usable))
            terminal.WriteLine($"{device.Id}: {device.Reason}");
        foreach (DeviceEntry device in devices.Where(d => d.Usable))
            if (device.Compilers is [{ Usable: false } preferred, ..])
                terminal.WriteLine($"{device.Id}+{preferred.Id}: {preferred.Reason}");
        foreach (DeviceEntry device in devices)
            foreach (CompilerEntry compiler in device.Compilers)
                if (compiler.Tuned is { } date)
                    terminal.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{device.Id} by {compiler.Name}: tiles tuned {date:yyyy-MM-dd} (triplet bench --tune)"));
        terminal.WriteLine($"images: {ImageFile.Codec}");
    }

    /// <summary>To standard error: it is no part of the list.</summary>
    static void Check(Terminal terminal)
    {
        // ILGPU's CPU accelerator calls the C#, a thread an item: there is nothing that it could get wrong quickly.
        foreach (GpuDevice device in GpuDevice.Families.Where(f => f != GpuDevice.Ilgpu)
            .SelectMany(family => GpuDevice.Find(family, out _)))
            foreach (string line in DeviceCheck.Run(device))
                terminal.Tell(line);
    }

    static string CompilersText(DeviceEntry device) =>
        string.Join(" or ", device.Compilers.Where(c => c.Usable).Select(c => c.Name));
}
