namespace TripletGpu.Runner.Explaining;

/// <summary>One image of a pair, and what each of its pixels does for their likeness.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Shape">(C, H, W).</param>
/// <param name="Pixels">C H W, in [0, 1].</param>
/// <param name="Gradients">
/// By pixel (H W): integrated gradients of minus the squared distance, summed over the channels. Above 0: brings the
/// images together, against the plain colour in its place.
/// </param>
/// <param name="Occlusion">By pixel: the mean loss of likeness over the windows on it that were painted over.</param>
/// <param name="Agreement">
/// The rank correlation over all windows of the gradients' sum in a window with what painting it over does.
/// </param>
/// <param name="Windows">How many windows there were.</param>
/// <param name="Completeness">
/// The sum of all gradients over what it should be, the likeness of the image less that of the plain one; 1 is exact.
/// </param>
sealed record ExplainedImage(
    string Name, Shape Shape, float[] Pixels, float[] Gradients, float[] Occlusion, double Agreement, int Windows,
    double Completeness);

/// <summary>Why two images lie as near to each other as they do.</summary>
/// <param name="SquaredDistance">Of their embeddings.</param>
/// <param name="Window">The side of the square that is painted over.</param>
/// <param name="A">One image.</param>
/// <param name="B">The other.</param>
sealed record PairExplanation(double SquaredDistance, int Window, ExplainedImage A, ExplainedImage B);
