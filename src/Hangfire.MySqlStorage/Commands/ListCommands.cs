using Hangfire.MySql.Sql;

namespace Hangfire.MySql.Commands;

internal sealed class InsertToList(string value) : KeyCommand
{
    private readonly List<string> _values = [value];

    public override bool Absorb(KeyCommand next)
    {
        if (next is not InsertToList other || _values.Count == MostRows)
        {
            return false;
        }

        _values.AddRange(other._values);
        return true;
    }

    public override void Write(SqlBatch sql, Tables tables, string key)
    {
        var rows = new RowList(sql.Piece($"insert into {tables.List} (`Key`, `Value`) values "));
        foreach (var item in _values)
        {
            rows.Next().Piece($"({key}, {item})");
        }

        sql.End();
    }
}

internal sealed class RemoveFromList(string value) : KeyCommand
{
    public override void Write(SqlBatch sql, Tables tables, string key) =>
        sql.Add($"delete from {tables.List} where `Key` = {key} and `Value` = {value}");
}

/// <summary>Keeps a range of a list, counted from its newest item.</summary>
internal sealed class TrimList(int from, int to) : KeyCommand
{
    public override void Write(SqlBatch sql, Tables tables, string key)
    {
        var first = Math.Max(from, 0);
        if (to < first)
        {
            sql.Add($"delete from {tables.List} where `Key` = {key}");
            return;
        }

        // the inner select stands alone because MySQL takes no LIMIT directly under IN
        sql.Add($"""
            delete from {tables.List} where `Key` = {key} and Id not in (
                select Id from (select Id from {tables.List} where `Key` = {key} order by Id desc limit {first}, {(long)to - first + 1}) as kept)
            """);
    }
}
