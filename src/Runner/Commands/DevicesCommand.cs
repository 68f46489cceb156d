using System.CommandLine;
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
        Command command = new("devices", "Lists the devices of this machine") { json };
        command.SetAction(parsed =>
        {
            IReadOnlyList<DeviceEntry> devices = DeviceCatalog.List();
            if (parsed.GetValue(json)) Json.Write(terminal, new { devices, images = ImageFile.Codec });
            else Show(terminal, devices);
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
            }.Select(Markup.Escape).ToArray());
        terminal.Show(table);
        foreach (DeviceEntry device in devices.Where(d => !d.Usable))
            terminal.Out.WriteLine($"{device.Id}: {device.Reason}");
        foreach (DeviceEntry device in devices.Where(d => d.Usable))
            if (device.Compilers is [{ Usable: false } preferred, ..])
                terminal.Out.WriteLine($"{device.Id}+{preferred.Id}: {preferred.Reason}");
        terminal.Out.WriteLine($"images: {ImageFile.Codec}");
    }

    static string CompilersText(DeviceEntry device) =>
        string.Join(" or ", device.Compilers.Where(c => c.Usable).Select(c => c.Name));
}
