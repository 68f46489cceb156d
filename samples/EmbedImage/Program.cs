// Embeds images with a network that triplet train has trained:
//   dotnet run -- runs/mnist-small-1 digit.png other.png
// prints one embedding a line, and the squared distance of each image to the first.
using System.Globalization;
using System.Text.Json;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using TripletGpu;
using TripletGpu.Backends.Cpu;
using TripletGpu.Inference;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length < 2)
{
    Console.Error.WriteLine("usage: EmbedImage RUN IMAGE...");
    return 2;
}
try
{
    // A run says in config.json what its network is; every default is written out there.
    using JsonDocument config = JsonDocument.Parse(File.ReadAllText(Path.Combine(args[0], "config.json")));
    JsonElement model = config.RootElement.GetProperty("model");
    string kind = model.GetProperty("kind").GetString()!;
    int[] input = [.. model.GetProperty("input").EnumerateArray().Select(extent => extent.GetInt32())];
    if (kind != "small-cnn" || input[0] != 1)
        throw new UserErrorException(
            $"{args[0]} is a {kind} for {input[0]} channels; this sample has grey small-cnn alone");
    int width = model.GetProperty("embedding").GetInt32();

    using Device device = new("cpu", new CpuBackend());
    SmallCnn network = new(device, new Shape(input), width, model.GetProperty("normalize").GetBoolean());
    Weights.Read(Path.Combine(args[0], "model.safetensors"), network);
    using PlannedNetwork plan = new(network);

    float[] embeddings = new float[(args.Length - 1) * width];
    for (int i = 0; i < args.Length - 1; i++)
    {
        Span<float> row = embeddings.AsSpan(i * width, width);
        plan.Run(new Shape([1, .. input]), Pixels(args[i + 1], input[1], input[2]), row);
        double distance = Enumerable.Range(0, width).Sum(k => Math.Pow(embeddings[i * width + k] - embeddings[k], 2));
        Console.WriteLine($"{args[i + 1]}: {distance:0.0000} from {args[1]}");
        Console.WriteLine(string.Join(' ', row.ToArray()));
    }
    return 0;
}
catch (Exception exception) when (exception is UserErrorException or IOException or UnknownImageFormatException)
{
    Console.Error.WriteLine(exception.Message);
    return 2;
}
catch (Exception exception) when (exception is KeyNotFoundException or JsonException)
{
    Console.Error.WriteLine($"{args[0]}/config.json is not that of a run: {exception.Message}");
    return 2;
}

// Grey, in [0, 1], line by line.
static float[] Pixels(string path, int height, int width)
{
    using Image<L8> image = Image.Load<L8>(path);
    if (image.Width != width || image.Height != height) image.Mutate(x => x.Resize(width, height));
    byte[] grey = new byte[width * height];
    image.CopyPixelDataTo(grey);
    return Array.ConvertAll(grey, value => value / 255f);
}
