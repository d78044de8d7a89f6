using Hangfire.MySql.Sql;

namespace Hangfire.MySql.Commands;

internal sealed class SetInHash(IEnumerable<KeyValuePair<string, string>> fields) : KeyCommand
{
    private readonly List<KeyValuePair<string, string>> _fields = fields.ToList();

    public bool IsEmpty => _fields.Count == 0;

    public override void Write(SqlBatch sql, Tables tables, string key)
    {
        foreach (var fields in _fields.Chunk(MostRows))
        {
            var rows = new RowList(sql.Piece($"insert into {tables.Hash} (`Key`, Field, `Value`) values "));
            foreach (var (field, value) in fields)
            {
                rows.Next().Piece($"({key}, {field}, {value})");
            }

            sql.Piece($" on duplicate key update `Value` = values(`Value`)").End();
        }
    }
}
