using PinScheduler.Stages.Clean.Facts;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>A line of a landing file in, a line to load out, or why not. For one file at a time.</summary>
internal sealed class LineCleaner(RecordRules rules, RuleTrace? trace = null)
{
    private readonly JsonRecord _record = new(rules.Fields) { Trace = trace };

    /// <summary>The line that was cleaned last.</summary>
    public JsonRecord Record => _record;

    /// <summary>Lines of nothing but white space are no records.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> line) => WhiteSpace.Trim(line).IsEmpty;

    /// <summary>Appends the row's columns to <paramref name="row"/>, after its BeginRow, without ending it; nothing where it is rejected. <paramref name="fact"/> then holds its narrow row.</summary>
    /// <returns>Null, or why the record is rejected.</returns>
    public string? Clean(ReadOnlySpan<byte> line, RowBuffer row, FactRow fact, out int ind)
    {
        ind = 0;
        var reason = _record.Read(line) ?? rules.TryWrite(_record, line, row, fact, out ind);
        if (reason is not null)
        {
            row.DropRow();
        }

        return reason;
    }
}
