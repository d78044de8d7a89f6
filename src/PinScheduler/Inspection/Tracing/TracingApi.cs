namespace PinScheduler.Inspection.Tracing;

internal static class TracingApi
{
    public static async Task<IResult> OffsetAsync(string topic, string partition, string offset, OffsetTrace trace, CancellationToken cancellationToken, string? life = null) => TypedResults.Ok(await trace.FindAsync(
        topic,
        (int)NotInspectableException.Number("partition", partition, 0, int.MaxValue),
        NotInspectableException.Number("offset", offset, 0, long.MaxValue),
        life is null ? null : (int)NotInspectableException.Number("life", life, 1, int.MaxValue),
        cancellationToken));

    public static async Task<IResult> RunAsync(string id, RunTrace trace, CancellationToken cancellationToken, string? analysis = null, bool all = false) =>
        TypedResults.Ok(await trace.FilesAsync(NotInspectableException.Number("run", id, 1, long.MaxValue), analysis, all, cancellationToken));
}
