namespace TripletGpu.Runner.Images;

/// <summary>A file that is no image that can be decoded; the message says why, without the file's name.</summary>
public sealed class ImageFormatException(string message, Exception? inner = null) : Exception(message, inner);
