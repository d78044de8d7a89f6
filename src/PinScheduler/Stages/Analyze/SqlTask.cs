namespace PinScheduler.Stages.Analyze;

/// <summary>A SQL file as a task of the pipeline: after the tasks that make what it reads, the rollups among which it names.</summary>
internal sealed record SqlTask(SqlTaskFile File, IReadOnlyList<string> DependsOn, IReadOnlyList<SqlTaskFile> Rollups)
{
    /// <inheritdoc cref="SqlTaskFile.AsItIsNow"/>
    public SqlTask AsItIsNow() => this with { File = File.AsItIsNow() };
}
