namespace Hangfire.MySql.Sql;

/// <summary>Puts commas between the parts of a statement that is written piece by piece.</summary>
internal sealed class RowList(SqlBatch sql)
{
    private bool _any;

    public SqlBatch Next()
    {
        _ = _any ? sql.Piece($", ") : sql;
        _any = true;
        return sql;
    }
}
