using TripletGpu.Runner.Images;

namespace TripletGpu.Runner.Configuration;

/// <summary>What the network learns from.</summary>
public sealed record DataConfig
{
    /// <summary>Which data set.</summary>
    public DataKind Kind { get; init; } = DataKind.Mnist;

    /// <summary>
    /// folder: the folder with one folder of images a class. Otherwise a folder with the data set's files, to take
    /// instead of the cache folder's; they are not verified.
    /// </summary>
    public string? Path { get; init; }

    /// <summary>arrays: an .npy of images, [n, c, h, w]; float32 used as it is, uint8 scaled to [0, 1].</summary>
    public string? Images { get; init; }

    /// <summary>arrays: an .npy of labels, [n], integers of up to 64 bits; ids with gaps are fine.</summary>
    public string? Labels { get; init; }

    /// <summary>arrays: the images to evaluate on; null: none.</summary>
    public string? TestImages { get; init; }

    /// <summary>arrays: the labels of <see cref="TestImages"/>.</summary>
    public string? TestLabels { get; init; }

    /// <summary>arrays: the images to choose the best network on; null: see <see cref="ValidationShare"/>.</summary>
    public string? ValidationImages { get; init; }

    /// <summary>arrays: the labels of <see cref="ValidationImages"/>.</summary>
    public string? ValidationLabels { get; init; }

    /// <summary>arrays: the images that those of the test are compared with; null: see the evaluation.</summary>
    public string? GalleryImages { get; init; }

    /// <summary>arrays: the labels of <see cref="GalleryImages"/>.</summary>
    public string? GalleryLabels { get; init; }

    /// <summary>What is held out for test and validation: images of each class, or whole classes.</summary>
    public DataSplit Split { get; init; } = DataSplit.Images;

    /// <summary>Only the first so many images of each part.</summary>
    public int? Limit { get; init; }

    /// <summary>
    /// The share of each class's training images that is not trained on: the best network is chosen on it. None: the
    /// network after the last step is the best. A validation folder or arrays come before it.
    /// </summary>
    public ShareOrNone? ValidationShare { get; init; }

    /// <summary>folder: whether the folders in it are classes, or parts that hold the classes.</summary>
    public FolderLayoutKind Layout { get; init; } = FolderLayoutKind.Auto;

    /// <summary>
    /// folder: the share of each class that is kept for testing, unless the folder has a folder for that.
    /// </summary>
    public double TestShare { get; init; } = 0.1;

    /// <summary>folder: what is done about files that cannot be decoded.</summary>
    public BrokenImages Broken { get; init; } = BrokenImages.Skip;

    /// <summary>What decodes JPEG files, in training and of whatever is embedded later.</summary>
    public ImageDecoder Decoder { get; init; } = ImageDecoder.Imagesharp;

    /// <summary>folder: how much memory decoded images may take; beyond it, files are decoded each time.</summary>
    public int CacheMegabytes { get; init; } = 1024;

    /// <summary><see cref="CacheMegabytes"/> in bytes.</summary>
    internal long CacheBytes => (long)CacheMegabytes << 20;

    /// <summary>Whether images are scaled to the model's input; those of folders always are.</summary>
    public bool Resize { get; init; }

    /// <summary>Pixels above it become 1, others 0; null: as they are.</summary>
    public double? Binarize { get; init; }

    /// <summary>
    /// What is subtracted from each channel, in the network's order of channels and in units of <see cref="Range"/>.
    /// Null: 0, or ImageNet's where the model's weights are known to want it.
    /// </summary>
    public ChannelValues? Mean { get; init; }

    /// <summary>
    /// What each channel is divided by after that; null: 1, or ImageNet's as with <see cref="Mean"/>.
    /// </summary>
    public ChannelValues? Std { get; init; }

    /// <summary>The values that the network takes black and white for, before <see cref="Mean"/>.</summary>
    public double[] Range { get; init; } = [0, 1];

    /// <summary>The order in which the network takes the colours.</summary>
    public ChannelOrder ChannelOrder { get; init; } = ChannelOrder.Rgb;

    /// <summary>
    /// Random changes of training images, in order: <c>pad-crop:4</c>, <c>resize-crop:0.5</c>, <c>flip</c>,
    /// <c>colour:0.2</c>.
    /// </summary>
    public string[] Augment { get; init; } = [];
}

/// <summary>Which data set.</summary>
public enum DataKind { Mnist, FashionMnist, Cifar10, Arrays, Folder }

/// <summary>Auto: parts where the folders are called train, val, test or the like, else classes.</summary>
public enum FolderLayoutKind { Auto, Classes, Parts }

/// <summary>Images: a share of each class is held out. Classes: a share of the classes, whole.</summary>
public enum DataSplit { Images, Classes }

/// <summary>Red before green before blue, or the other way round.</summary>
public enum ChannelOrder { Rgb, Bgr }

/// <summary>Skip: broken files are named and left out. Error: the first of them ends the run.</summary>
public enum BrokenImages { Skip, Error }
