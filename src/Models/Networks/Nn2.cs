using TripletGpu.Modules;
using static TripletGpu.Ops.TensorOps;
using PoolingWindow = TripletGpu.Ops.PoolingWindow;

namespace TripletGpu.Models.Networks;

/// <summary>
/// FaceNet's NN2 (Schroff et al. 2015, table 2): 7.5 million parameters, 1.6 billion multiply-adds at 224 pixels.
/// Parameters are named after the table's rows: <c>conv1.*</c>, <c>inception2.*</c>, <c>inception3a.branch1x1.*</c>,
/// <c>fc.*</c>, in forward order.
/// </summary>
public sealed class Nn2 : EmbeddingNetwork
{
    /// <summary>Filters of the first convolution in the paper.</summary>
    public const int PaperWidth = 64;

    /// <param name="device">Where the parameters live.</param>
    /// <param name="settings">The variant.</param>
    public Nn2(Device device, Nn2Settings settings)
        : base(device, settings.Input, settings.Embedding, settings.Normalize)
    {
        if (settings.Input.Rank != 3) throw new UserErrorException($"nn2 takes images (C, H, W), not {settings.Input}");
        PoolingWindow halving = PoolingWindow.Square(3, 2, padding: 1);
        Width = settings.Width;
        int width = Width, channels = 3 * width;
        Unit("conv1", settings.Input[0], width, 7, settings.StemStride);
        Stage("pool1", new MaxPool2d(device, halving));
        Norm("norm1");
        Unit("inception2.reduce", width, width, 1, 1);
        Unit("inception2.conv", width, channels, 3, 1);
        Norm("norm2");
        Stage("pool2", new MaxPool2d(device, halving));
        foreach (InceptionRow paper in Table)
        {
            InceptionRow row = paper.Scaled(width, PaperWidth);
            Stage($"inception{row.Name}",
                new InceptionModule(device, channels, row, settings.Pooling, settings.BatchNorm, settings.Bias));
            channels = row.OutputChannels(channels);
        }
        Stage("pool", new GlobalAveragePool(device));
        if (settings.Dropout > 0) Stage("dropout", new Dropout(device, settings.Dropout, settings.Seed));
        Stage("fc", new Linear(device, channels, settings.Embedding));

        void Unit(string name, int from, int to, int kernel, int stride) =>
            Stage(name, new ConvolutionUnit(device, from, to, kernel, stride, settings.BatchNorm, settings.Bias));

        void Norm(string name)
        {
            if (settings.LocalResponseNorm) Stage(name, new LocalResponseNorm(device));
        }

        void Stage(string name, Module stage) => Add(name, stage);
    }

    /// <summary>Filters of the first convolution.</summary>
    public int Width { get; }

    /// <summary>The inception modules, as the table has them.</summary>
    public static IReadOnlyList<InceptionRow> Table { get; } =
    [
        new("3a", 64, 96, 128, 16, 32, Pooling.Max, 32),
        new("3b", 64, 96, 128, 32, 64, Pooling.L2, 64),
        new("3c", 0, 128, 256, 32, 64, Pooling.Max, 0, Stride: 2),
        new("4a", 256, 96, 192, 32, 64, Pooling.L2, 128),
        new("4b", 224, 112, 224, 32, 64, Pooling.L2, 128),
        new("4c", 192, 128, 256, 32, 64, Pooling.L2, 128),
        new("4d", 160, 144, 288, 32, 64, Pooling.L2, 128),
        new("4e", 0, 160, 256, 64, 128, Pooling.Max, 0, Stride: 2),
        new("5a", 384, 192, 384, 48, 128, Pooling.L2, 128),
        new("5b", 384, 192, 384, 48, 128, Pooling.Max, 128),
    ];

    /// <inheritdoc/>
    protected override Tensor Embed(Tensor images) => ForwardParts(images);
}
