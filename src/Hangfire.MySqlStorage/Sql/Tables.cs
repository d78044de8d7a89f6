namespace Hangfire.MySql.Sql;

/// <summary>A table's name, quoted for use in SQL.</summary>
internal readonly record struct Table(string Quoted);

/// <summary>The storage's tables under one prefix.</summary>
internal sealed class Tables(string prefix)
{
    public string Prefix { get; } = prefix;

    public Table Job { get; } = Named(prefix, nameof(Job));
    public Table JobParameter { get; } = Named(prefix, nameof(JobParameter));
    public Table JobQueue { get; } = Named(prefix, nameof(JobQueue));
    public Table State { get; } = Named(prefix, nameof(State));
    public Table Counter { get; } = Named(prefix, nameof(Counter));
    public Table AggregatedCounter { get; } = Named(prefix, nameof(AggregatedCounter));
    public Table Hash { get; } = Named(prefix, nameof(Hash));
    public Table List { get; } = Named(prefix, nameof(List));
    public Table Set { get; } = Named(prefix, nameof(Set));
    public Table Server { get; } = Named(prefix, nameof(Server));
    public Table Schema { get; } = Named(prefix, nameof(Schema));

    private static Table Named(string prefix, string name) => new($"`{prefix}{name}`");
}
