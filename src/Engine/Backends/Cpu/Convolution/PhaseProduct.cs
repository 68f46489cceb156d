using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// Runs of an image's output lines, of all filters: what they see is split into <see cref="PhasePlanes{V}"/>, and the
/// register tiles read it there.
/// </summary>
sealed unsafe class PhaseProduct<V> where V : unmanaged, ITileVector<V>
{
    readonly PhasePlanes<V> planes;
    readonly PackedLeft<V> filters;
    readonly float* bias;
    readonly ClipRange clip;
    readonly int most;
    readonly nint step;
    readonly nint* offsets;
    readonly PerThread split, loose;

    /// <param name="workspace">Which has begun.</param>
    /// <param name="planes">Of the convolution's extents.</param>
    /// <param name="filters">As <see cref="DirectConvolution{V}.Pack"/> packs them.</param>
    /// <param name="bias">Of each filter, or null.</param>
    /// <param name="clip">What the sums are clipped to.</param>
    /// <param name="most">Panels of a run.</param>
    public PhaseProduct(
        Workspace workspace, PhasePlanes<V> planes, PackedLeft<V> filters, float* bias, ClipRange clip, int most)
    {
        (this.planes, this.filters, this.clip, this.most) = (planes, filters, clip, most);
        this.bias = bias;
        ConvolutionShape d = planes.Dims;
        int width = RegisterTile<V>.Width;
        step = planes.Step(most);
        offsets = (nint*)workspace.Take((long)filters.Depth * sizeof(nint) / sizeof(float));
        planes.Locate(step, offsets);
        split = workspace.TakeForEach(d.C * planes.Phases * step + width + planes.Pitch);
        loose = workspace.TakeForEach((long)most * width * d.K);
    }

    /// <summary>Runs that an image is cut into, so that those of all images are a multiple of the threads.</summary>
    /// <param name="images">Images.</param>
    /// <param name="least">Runs of an image, at least.</param>
    /// <param name="threads">Threads that share them.</param>
    public static int RunsOf(int images, int least, int threads)
    {
        int apart = images % threads == 0 ? 1 : threads;
        return (least + apart - 1) / apart * apart;
    }

    /// <summary>Panels from .. to of an image's positions.</summary>
    /// <param name="image">Its first channel.</param>
    /// <param name="from">The first panel.</param>
    /// <param name="to">The panel past the last.</param>
    /// <param name="sink">Where they go.</param>
    /// <param name="thread">Whose memory is used.</param>
    public void Run(float* image, int from, int to, MapSink<V> sink, int thread)
    {
        int columns = planes.Panels * RegisterTile<V>.Width;
        new PanelProduct<V>.Group<PhasePanels<V>, MapSink<V>>
        {
            A = filters,
            Source = new(planes.Split(image, from, to, step, split[thread]), offsets, columns),
            Sink = sink,
            Bias = bias,
            Clip = clip,
            Columns = columns,
            PerGroup = most,
        }.Run(from, to, null, loose[thread]);
    }
}
