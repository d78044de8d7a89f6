using Hangfire.MySql.Sql;

namespace Hangfire.MySql.Commands;

/// <summary>Something that a transaction does to one key of a set, list or hash.</summary>
internal abstract class KeyCommand
{
    /// <summary>Rows that one statement takes at most.</summary>
    protected const int MostRows = 500;

    public abstract void Write(SqlBatch sql, Tables tables, string key);

    /// <summary>Takes the next command for the same key into this one where both make one statement.</summary>
    public virtual bool Absorb(KeyCommand next) => false;
}

/// <summary>Gives all rows of a key an end, or none.</summary>
internal sealed class Expire(Table table, TimeSpan? expireIn) : KeyCommand
{
    public override void Write(SqlBatch sql, Tables tables, string key)
    {
        if (expireIn is { } span)
        {
            sql.Add($"update {table} set ExpireAt = utc_timestamp(6) + interval {span} microsecond where `Key` = {key}");
        }
        else
        {
            sql.Add($"update {table} set ExpireAt = null where `Key` = {key}");
        }
    }
}

/// <summary>Removes a key with all that it holds.</summary>
internal sealed class Remove(Table table) : KeyCommand
{
    public override void Write(SqlBatch sql, Tables tables, string key) => sql.Add($"delete from {table} where `Key` = {key}");
}
