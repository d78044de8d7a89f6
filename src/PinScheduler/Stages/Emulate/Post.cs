namespace PinScheduler.Stages.Emulate;

/// <summary>One index's row of each table, as JSON, in the order of <see cref="DataSet.All"/>.</summary>
internal sealed record Post(long Index, IReadOnlyList<byte[]> Rows);
