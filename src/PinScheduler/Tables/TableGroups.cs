using PinScheduler.Stages;
using PinScheduler.Stages.Analyze;

namespace PinScheduler.Tables;

/// <summary>What a table is for.</summary>
internal sealed class TableGroups(SqlTasks sql)
{
    private static readonly (string Prefix, string Group)[] Prefixes =
    [
        ("clean_order", "facts"), ("clean_", "clean"), ("fact_", "facts"), ("dim_", "facts"), ("rollup_", "rollups"), ("analysis_", "results"), ("check_", "results"),
        ("landing_", "landing"), ("cleaned_", "landing"), ("rejected_", "landing"), ("topic_", "landing"), ("lag_sample", "landing"), ("run", "runs"), ("task_", "runs"), ("pipeline_", "runs"), ("schedule_", "runs"), ("idempotency_", "runs"), ("event_", "runs"), ("backfill", "runs"),
        ("table_sample", "runs"), ("Hangfire", "jobs"),
    ];

    public string Of(string table) =>
        DataSet.All.Any(set => set.SourceTable == table) ? "source"
        : sql.Rollups.Any(task => task.File.Name == table) ? "rollups"
        : Prefixes.FirstOrDefault(prefix => table.StartsWith(prefix.Prefix, StringComparison.OrdinalIgnoreCase)).Group ?? "other";
}
