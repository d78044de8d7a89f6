using Spectre.Console.Rendering;

namespace PinScheduler.Cli;

/// <summary>What is printed where bars stand, which move below it: no line of it must end in the rest of a bar.</summary>
internal sealed class OverLive(IRenderable printed) : IRenderable
{
    private static readonly Segment EraseLine = Segment.Control("\u001b[2K");

    public Measurement Measure(RenderOptions options, int maxWidth) => printed.Measure(options, maxWidth);

    public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) =>
        printed.Render(options, maxWidth).SelectMany(static segment => segment.IsLineBreak ? new[] { segment, EraseLine } : [segment]).Prepend(EraseLine);
}
