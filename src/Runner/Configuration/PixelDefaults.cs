using TripletGpu.Models;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Configuration;

/// <summary>
/// What pixels a network wants: <c>data.mean</c>, <c>data.std</c>, <c>data.range</c>, <c>data.channelOrder</c>.
/// </summary>
static class PixelDefaults
{
    /// <summary>Under this key the metadata of imported weights says what pixels they want.</summary>
    public const string MetadataKey = "pixels";

    const int Colours = 3, ImageNetClasses = 1000;
    const string Classifier = "fc.weight";

    // Of RGB pixels in [0, 1]: torchvision's, and everybody's since.
    static readonly double[] imageNetMean = [0.485, 0.456, 0.406], imageNetStd = [0.229, 0.224, 0.225];

    /// <summary>The same settings with mean and deviation as numbers.</summary>
    public static DataConfig Resolve(DataConfig data, ModelConfig model)
    {
        bool isWord = data.Mean is { IsImageNet: true } || data.Std is { IsImageNet: true };
        if (data.Mean is null && data.Std is null && data.Kind != DataKind.Arrays) isWord = WantsImageNet(model);
        ChannelValues open = isWord ? ChannelValues.ImageNet : new(0);
        ChannelValues mean = data.Mean ?? open, std = data.Std ?? (isWord ? ChannelValues.ImageNet : new(1));
        // Whatever else is wrong is the rules' to tell.
        if (model.Input is not [Colours, ..] || data.Range.Length != 2) return data with { Mean = mean, Std = std };
        double black = data.Range[0], contrast = data.Range[1] - black;
        return data with
        {
            Mean = mean.IsImageNet ? InOrder(imageNetMean, m => black + contrast * m) : mean,
            Std = std.IsImageNet ? InOrder(imageNetStd, s => contrast * s) : std,
        };

        ChannelValues InOrder(double[] rgb, Func<double, double> scaled)
        {
            // At 255 times a number of three digits, float64 would show its last ones.
            double[] values = Array.ConvertAll(rgb, v => Math.Round(scaled(v), 6));
            if (data.ChannelOrder == ChannelOrder.Bgr) Array.Reverse(values);
            return new ChannelValues(values);
        }
    }

    /// <summary>The scaling of a run's pixels; null where they stay as they are.</summary>
    public static PixelScaling? Scaling(RunConfig run) =>
        run.Model.Input is [var channels, ..] ? Scaling(run.Data, channels) : null;

    /// <summary>The scaling of settings that are resolved; null where pixels stay as they are.</summary>
    public static PixelScaling? Scaling(DataConfig data, int channels)
    {
        (double black, double contrast) = (data.Range[0], data.Range[1] - data.Range[0]);
        float[] scale = new float[channels], shift = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            double std = data.Std?[c] ?? 1;
            (scale[c], shift[c]) = ((float)(contrast / std), (float)((black - (data.Mean?[c] ?? 0)) / std));
        }
        bool isReversed = data.ChannelOrder == ChannelOrder.Bgr;
        return !isReversed && scale.All(s => s == 1) && shift.All(s => s == 0)
            ? null
            : new PixelScaling(isReversed, scale, shift);
    }

    /// <summary>
    /// Whether a model starts from weights that were trained on ImageNet in torchvision's manner: the import wrote that
    /// down, or they end in a classifier of its 1000 classes; or the ONNX file has torchvision's names.
    /// </summary>
    public static bool WantsImageNet(ModelConfig model)
    {
        if (model.Input is not [Colours, ..]) return false;
        if (model is { Kind: ModelKind.Onnx, Path: { } path })
            return File.Exists(path) && OnnxNetwork.IsOfTorchvision(path);
        // Networks with the stride on the 1x1 were trained on other pixels, by Keras and by Caffe.
        if (model is not { Kind: ModelKind.Resnet50, StrideOn: StrideOn.Convolution3x3, Weights: { } weights }
            || !File.Exists(weights)) return false;
        using SafeTensors file = SafeTensors.Open(weights);
        return file.Metadata.GetValueOrDefault(MetadataKey) == ChannelValues.ImageNetWord
            || file.Contains(Classifier) && file.ShapeOf(Classifier)[0] == ImageNetClasses;
    }
}
