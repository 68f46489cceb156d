namespace TripletGpu.Backends;

/// <summary>The Elementwise family of a backend.</summary>
public interface IElementwise
{
    /// <summary>y = scale * x + shift, overwriting or adding to the target.</summary>
    void Affine(Tensor x, float scale, float shift, Gradient y);
}
