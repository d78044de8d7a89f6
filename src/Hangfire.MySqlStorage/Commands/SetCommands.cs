using Hangfire.MySql.Sql;

namespace Hangfire.MySql.Commands;

internal sealed class AddToSet(IEnumerable<string> values, double score) : KeyCommand
{
    private readonly List<(string Value, double Score)> _items = values.Select(value => (value, score)).ToList();

    public override bool Absorb(KeyCommand next)
    {
        if (next is not AddToSet other || _items.Count + other._items.Count > MostRows)
        {
            return false;
        }

        _items.AddRange(other._items);
        return true;
    }

    public override void Write(SqlBatch sql, Tables tables, string key)
    {
        foreach (var items in _items.Chunk(MostRows))
        {
            var rows = new RowList(sql.Piece($"insert into {tables.Set} (`Key`, `Value`, Score) values "));
            foreach (var (value, rank) in items)
            {
                rows.Next().Piece($"({key}, {value}, {rank})");
            }

            sql.Piece($" on duplicate key update Score = values(Score)").End();
        }
    }
}

internal sealed class RemoveFromSet(string value) : KeyCommand
{
    private readonly List<string> _values = [value];

    public override bool Absorb(KeyCommand next)
    {
        if (next is not RemoveFromSet other || _values.Count + other._values.Count > MostRows)
        {
            return false;
        }

        _values.AddRange(other._values);
        return true;
    }

    /// <summary>Joined, as <see cref="RowIds"/> are: with "in (…)" the optimizer may look through, and lock, all that the key holds.</summary>
    public override void Write(SqlBatch sql, Tables tables, string key)
    {
        if (_values.Count == 1)
        {
            sql.Add($"delete from {tables.Set} where `Key` = {key} and `Value` = {_values[0]}");
            return;
        }

        _values.Sort(StringComparer.Ordinal);
        sql.Piece($"delete s from (select {_values[0]} as `Value`");
        _values.Skip(1).ToList().ForEach(other => sql.Piece($" union all select {other}"));
        sql.Piece($") v straight_join {tables.Set} s on s.`Key` = {key} and s.`Value` = v.`Value`").End();
    }
}
