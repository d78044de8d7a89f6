namespace PinScheduler.Stages.Emulate;

/// <summary>One index's row of each table, as JSON, in the order of <see cref="DataSet.All"/>.</summary>
internal sealed record Post(long Index, IReadOnlyList<ReadOnlyMemory<byte>> Rows);

/// <summary>A post and which draw of the run it was, the first being 1; draws that hit no post count too.</summary>
internal readonly record struct DrawnPost(Post Post, long Draw);
