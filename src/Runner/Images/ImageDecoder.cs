namespace TripletGpu.Runner.Images;

/// <summary>
/// What decodes JPEG files: ImageSharp, the same on every machine, or libturbojpeg, which is faster and gives the
/// pixels that Pillow and torchvision give. All other files are ImageSharp's.
/// </summary>
public enum ImageDecoder { Imagesharp, Turbojpeg }
