using System.Text;
using PinScheduler.Stages;
using PinScheduler.Stages.Clean;
using PinScheduler.Stages.Clean.Facts;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Tests.Stages.Clean.Rules;

/// <summary>What the rules make of one line: its columns as the load line holds them, or the reason why it is rejected.</summary>
internal sealed class Cleaned
{
    private readonly Dictionary<string, string?> _columns = [];

    public string? Reason { get; private init; }

    public string Line { get; private init; } = "";

    public UInt128 Hash { get; private init; }

    public string? this[string column] => Reason is null ? _columns[column] : throw new InvalidOperationException(Reason);

    public string?[] Values => [.. _columns.Values];

    public static Cleaned Pin(string line) => Of(DataSet.Pin, line);

    public static Cleaned Geo(string line) => Of(DataSet.Geo, line);

    public static Cleaned User(string line) => Of(DataSet.User, line);

    public static Cleaned Of(DataSet dataSet, string line) => Of(dataSet, Encoding.UTF8.GetBytes(line));

    public static Cleaned Of(DataSet dataSet, byte[] line, CleanOptions? options = null)
    {
        options ??= new CleanOptions();
        var rules = RecordRules.Of(dataSet, options.EffectivePlaceholders(), options.Bounds);
        return By(new LineCleaner(rules), rules, line);
    }

    public static Cleaned By(LineCleaner cleaner, RecordRules rules, byte[] line)
    {
        var row = new RowBuffer();
        row.BeginRow();
        if (cleaner.Clean(line, row, new FactRow(null), out var ind) is { } reason)
        {
            Assert.Equal(0, row.Length);
            return new Cleaned { Reason = reason };
        }

        var text = Encoding.UTF8.GetString(row.Memory(0, row.Length).Span);
        var fields = text.Split('\t').Select(Unescape).ToList();
        Assert.Equal(rules.Columns.Count, fields.Count);
        Assert.Equal(ind.ToString(), fields[0]);
        var cleaned = new Cleaned { Line = text, Hash = row.HashOfRow() };
        foreach (var (name, value) in rules.Columns.Zip(fields))
        {
            cleaned._columns.Add(name, value);
        }

        return cleaned;
    }

    // MySQL's manual, LOAD DATA
    private static string? Unescape(string field)
    {
        if (field == "\\N")
        {
            return null;
        }

        var text = new StringBuilder();
        for (var i = 0; i < field.Length; i++)
        {
            text.Append(field[i] != '\\' ? field[i] : field[++i] switch { 't' => '\t', 'n' => '\n', '0' => '\0', var other => other });
        }

        return text.ToString();
    }
}
