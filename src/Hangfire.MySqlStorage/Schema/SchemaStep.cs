namespace Hangfire.MySql.Schema;

/// <summary>A statement of an upgrade.</summary>
/// <param name="Sql">The statement.</param>
/// <param name="MayBeRefused">Good to have only: a server that would have to copy the table for it is asked not to.</param>
internal readonly record struct SchemaStep(string Sql, bool MayBeRefused = false);
