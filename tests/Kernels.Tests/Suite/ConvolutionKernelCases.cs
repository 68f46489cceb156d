using static TripletGpu.Kernels.Tests.Suite.KernelMemory;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>
/// Convolutions: padding on one side, strides and dilations that differ, images whose pixels share a panel.
/// </summary>
public static class ConvolutionKernelCases
{
    const int Images = 2;

    // 3 channels of 5 x 7, filters of 3 x 2, output 3 x 6: padding at the top alone.
    static readonly ConvolutionShape Plain = new(3, 5, 7, 4, 3, 2, 4, 6, 1, 1, 1, 0, 1, 1);

    // Stride 2 and 3, dilation 2 and 1, padding at the top and at the left.
    static readonly ConvolutionShape Strided = new(2, 9, 11, 4, 3, 3, 4, 4, 2, 3, 1, 2, 2, 1);

    public static IEnumerable<KernelCase> Cases => [.. Of(Plain), .. Of(Strided), .. Finish, .. ReluPool];

    static IEnumerable<KernelCase> Of(ConvolutionShape d)
    {
        int map = Images * d.C * d.H * d.W, columns = Images * d.Taps * d.Pixels;
        int panels = Panels(Images * d.Pixels), tapPanels = Panels(d.Taps);
        return
        [
            new("ConvolutionKernels.GatherColumns", columns, In(map), Out(columns), d),
            new("ConvolutionKernels.SumColumns", Images * d.C * d.H,
                In(columns), Out(map), d, d.Pixels, d.Taps * d.Pixels, 0),
            new("ConvolutionKernels.SumColumns", Images * d.C * d.H,
                In(columns), In(map), d, Images * d.Pixels, d.Pixels, 1),
            new("ConvolutionPanelKernels.GatherPixels", (panels, 1), In(map), Out(panels * d.Taps * 32), d, Images),
            new("ConvolutionPanelKernels.GatherPixels", (Panels(d.Pixels), Images),
                In(map), Out(Images * Panels(d.Pixels) * d.Taps * 32), d, 1),
            new("ConvolutionPanelKernels.GatherTaps", (d.P, tapPanels, Images),
                In(map), Out(tapPanels * Images * d.Pixels * 32), d, Images),
        ];
    }

    static IEnumerable<KernelCase> Finish
    {
        get
        {
            KernelMemory y = In(2 * 3 * 5);
            return
            [
                new("ConvolutionKernels.Finish", 30, In(3), In(30), In(30), 3, 5, 1, 1, 1),
                new("ConvolutionKernels.Finish", 30, In(3), y, y, 3, 5, 1, 0, 0),
                new("ConvolutionKernels.Finish", 30, y, y, y, 3, 5, 0, 0, 1),
                new("ConvolutionKernels.CutRelu", 131, Special(131), In(131)),
            ];
        }
    }

    // 5 x 7 to 2 x 3: the last line and the last column are in no window. Places are bytes, four an int.
    static IEnumerable<KernelCase> ReluPool =>
    [
        new("ReluPoolKernels.Forward", 4 * 2,
            Special(4 * 5 * 7), In(2), Out(4 * 2 * 3), Out<int>(4 * 2 * 3 / 4), new ReluPoolDims(2, 5, 7, 2, 3)),
        new("ReluPoolKernels.Backward", 4 * 5,
            KernelMemory.Of(0x04030201, 0x00040302, 0x01000403, 0x01010101, 0x04040404, 0x02020302),
            In(4 * 2 * 3), Out(4 * 5 * 7), new ReluPoolDims(2, 5, 7, 2, 3)),
    ];

    static int Panels(int columns) => (columns + GemmPanelKernels.PanelN - 1) / GemmPanelKernels.PanelN;
}
