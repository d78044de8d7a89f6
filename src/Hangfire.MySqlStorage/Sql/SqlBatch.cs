using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using MySqlConnector;

namespace Hangfire.MySql.Sql;

/// <summary>Statements that travel to the server in one packet. What stands in a hole of the text becomes a parameter.</summary>
internal sealed class SqlBatch
{
    /// <summary>No number and no instant is written with more.</summary>
    private const long MostBytesOfOther = 48;

    /// <summary>Characters: the server keeps a copy of each statement of a block.</summary>
    private const int MostInBlock = 1 << 20;

    private readonly StringBuilder _text = new();
    private readonly List<object?> _values = [];
    private int _valueSize;
    private int? _transaction;

    public int Statements { get; private set; }

    /// <summary>Characters of text and values: what the packet will about measure.</summary>
    public int Size => _text.Length + _valueSize;

    /// <summary>What the packet may measure at most, quickly told.</summary>
    public long MostBytes => (3L * Size) + (MostBytesOfOther * _values.Count);

    /// <summary>What the packet measures, or a little more: values travel within the text, quoted.</summary>
    public long Bytes() => Encoding.UTF8.GetByteCount(_text.ToString()) + _values.Sum(value => value is string text
        ? Encoding.UTF8.GetByteCount(text) + text.AsSpan().Count('\'') + text.AsSpan().Count('\\') + 2
        : MostBytesOfOther);

    public SqlBatch Add([InterpolatedStringHandlerArgument("")] ref SqlHandler statement)
    {
        _ = statement;
        return End();
    }

    /// <summary>A piece of a statement; <see cref="End"/> closes it.</summary>
    public SqlBatch Piece([InterpolatedStringHandlerArgument("")] ref SqlHandler piece)
    {
        _ = piece;
        return this;
    }

    public SqlBatch End()
    {
        _text.Append(";\n");
        Statements++;
        return this;
    }

    /// <summary>A column's name or another piece of text that is ours.</summary>
    public SqlBatch Raw(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>Where the next statement will begin.</summary>
    public int Length => _text.Length;

    /// <summary>Opens a transaction before what has been added so far, or after its beginning.</summary>
    public SqlBatch Begin(int at = 0)
    {
        _text.Insert(at, "start transaction;\n");
        return this;
    }

    /// <summary>Makes a whole transaction of what was added from there on.</summary>
    public SqlBatch Enclose(int from)
    {
        _transaction = from;
        return Begin(from).Add($"commit");
    }

    public MySqlCommand Command(MySqlConnection connection)
    {
        var command = new MySqlCommand(PacketDialect.Translate(_transaction is { } from && Size <= MostInBlock && PacketDialect.HasBlocks(connection) ? Block(from) : _text.ToString()), connection);
        for (var i = 0; i < _values.Count; i++)
        {
            command.Parameters.AddWithValue(string.Create(CultureInfo.InvariantCulture, $"@p{i}"), _values[i] ?? DBNull.Value);
        }

        return command;
    }

    /// <summary>What comes from there on as one statement, to whose parts the server does not answer one by one: each such answer wakes the client.</summary>
    private string Block(int from) => string.Concat(_text.ToString(0, from), "begin not atomic\n", _text.ToString(from, _text.Length - from), "end;\n");

    internal void Literal(string text) => _text.Append(text);

    internal void Number(long number) => _text.Append(CultureInfo.InvariantCulture, $"{number}");

    internal void Value(object? value)
    {
        if (value is null)
        {
            _text.Append("null");
            return;
        }

        _text.Append(CultureInfo.InvariantCulture, $"@p{_values.Count}");
        _valueSize += value is string text ? text.Length : 16;
        _values.Add(value);
    }
}

/// <summary>Sends tables and numbers as text, everything else as a parameter.</summary>
[InterpolatedStringHandler]
internal readonly ref struct SqlHandler
{
    public SqlHandler(int literalLength, int formattedCount) : this(literalLength, formattedCount, new SqlBatch())
    {
    }

    public SqlHandler(int literalLength, int formattedCount, SqlBatch batch)
    {
        _ = literalLength + formattedCount;
        Batch = batch;
    }

    public SqlBatch Batch { get; }

    public void AppendLiteral(string text) => Batch.Literal(text);

    public void AppendFormatted(Table table) => Batch.Literal(table.Quoted);

    public void AppendFormatted(long number) => Batch.Number(number);

    public void AppendFormatted(TimeSpan span) => Batch.Number(span.Ticks / TimeSpan.TicksPerMicrosecond);

    public void AppendFormatted(double number) => Batch.Value(double.IsFinite(number) ? number : double.IsPositive(number) ? double.MaxValue : double.MinValue);

    /// <summary>Instants are stored in UTC; Hangfire's own are UTC even where their kind is not set.</summary>
    public void AppendFormatted(DateTime instant) =>
        Batch.Value(instant.Kind == DateTimeKind.Local ? instant.ToUniversalTime() : DateTime.SpecifyKind(instant, DateTimeKind.Utc));

    public void AppendFormatted(DateTime? instant)
    {
        if (instant is { } given)
        {
            AppendFormatted(given);
        }
        else
        {
            Batch.Value(null);
        }
    }

    public void AppendFormatted(string? text) => Batch.Value(text);

    public void AppendFormatted(IEnumerable<long> numbers)
    {
        var separator = "";
        foreach (var number in numbers)
        {
            Batch.Literal(separator);
            Batch.Number(number);
            separator = ", ";
        }
    }

    public void AppendFormatted(RowIds rows)
    {
        var before = "(select ";
        foreach (var id in rows.Ids)
        {
            Batch.Literal(before);
            Batch.Number(id);
            Batch.Literal(before[0] == '(' ? " as Id" : "");
            before = " union all select ";
        }

        Batch.Literal(")");
    }

    public void AppendFormatted(IEnumerable<string> texts)
    {
        var separator = "";
        foreach (var text in texts)
        {
            Batch.Literal(separator);
            Batch.Value(text);
            separator = ", ";
        }
    }
}
