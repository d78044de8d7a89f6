using Spectre.Console.Rendering;

namespace PinScheduler.Cli;

/// <summary>What is printed where bars stand, which move below it: a shorter line must not end in the rest of a bar.</summary>
internal sealed class OverLive(IRenderable printed) : IRenderable
{
    private const string EraseLine = "\u001b[2K";

    public Measurement Measure(RenderOptions options, int maxWidth) => printed.Measure(options, maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => printed.Render(options, maxWidth).Prepend(Segment.Control(EraseLine));
}
