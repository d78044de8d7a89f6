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

    public override void Write(SqlBatch sql, Tables tables, string key) =>
        sql.Add($"delete from {tables.Set} where `Key` = {key} and `Value` in ({_values})");
}
