using Hangfire.MySql.Schema;

namespace Hangfire.MySql.Sql;

/// <summary>A table's name, quoted for use in SQL.</summary>
internal readonly record struct Table(string Quoted);

/// <summary>The storage's tables under one prefix, and what those can hold that Hangfire.MySqlStorage made and nobody has rebuilt yet.</summary>
internal sealed class Tables
{
    private readonly StoredSchema _stored;
    private readonly StoredColumn? _reason;
    private readonly StoredColumn? _parameter;

    public Tables(string prefix, StoredSchema stored)
    {
        _stored = stored;
        Prefix = prefix;
        Job = Named(nameof(Job));
        JobParameter = Named(nameof(JobParameter));
        JobQueue = Named(nameof(JobQueue));
        State = Named(nameof(State));
        Counter = Named(nameof(Counter));
        AggregatedCounter = Named(nameof(AggregatedCounter));
        Hash = Named(nameof(Hash));
        List = Named(nameof(List));
        Set = Named(nameof(Set));
        Server = Named(nameof(Server));
        Schema = Named(nameof(Schema));
        _reason = Column(nameof(State), "Reason") is { Type: not "longtext" } reason ? reason : null;
        _parameter = Column(nameof(JobParameter), "Value") is { IsUtf8Mb4: false } value ? value : null;
    }

    public string Prefix { get; }

    public Table Job { get; }
    public Table JobParameter { get; }
    public Table JobQueue { get; }
    public Table State { get; }
    public Table Counter { get; }
    public Table AggregatedCounter { get; }
    public Table Hash { get; }
    public Table List { get; }
    public Table Set { get; }
    public Table Server { get; }
    public Table Schema { get; }

    public Table Named(string name) => new(_stored.Find(name)?.Quoted ?? $"`{Prefix}{name}`");

    /// <summary>A state's reason, which is for people to read, as the column holds it.</summary>
    public string? Reason(string? reason) => reason is null || _reason is null ? reason : Text.Fit(reason, (int)_reason.Length!, _reason.IsUtf8Mb4);

    /// <summary>A job parameter's value as the column holds it: Hangfire's are JSON, which can say everything in plain letters.</summary>
    public string? ParameterValue(string? value) => value is null || _parameter is null || !Text.IsJson(value) ? value : Text.PlainJson(value);

    private StoredColumn? Column(string table, string column) => _stored.Find(table)?.Columns.GetValueOrDefault(column);
}
