using System.Text;
using PinScheduler.Stages.Clean.Facts;
using PinScheduler.Stages.Clean.Loading;
using PinScheduler.Stages.Clean.Rules;

namespace PinScheduler.Stages.Clean;

/// <summary>Cleans lines by the rules themselves, which tell what they do, so that an explanation cannot differ from what is done.</summary>
internal sealed class RecordExplainer(DataSet dataSet, CleanOptions options)
{
    private readonly RecordRules _rules = RecordRules.Of(dataSet, options.EffectivePlaceholders(), options.Bounds);

    public RecordExplanation Explain(ReadOnlySpan<byte> line, long number)
    {
        if (LineCleaner.IsBlank(line))
        {
            return new RecordExplanation(dataSet.Key, number, "blank: skipped and not counted", null, []);
        }

        var trace = new RuleTrace(_rules.Fields.Count);
        var cleaner = new LineCleaner(_rules, trace);
        var row = new RowBuffer();
        row.BeginRow();
        var reason = cleaner.Clean(line, row, new FactRow(null), out _);
        var values = reason is null ? LoadLine.Texts(row.Memory(0, row.Length).Span) : new string?[_rules.Sources.Count];
        var columns = new List<ColumnExplanation>();
        foreach (var (column, value) in _rules.Sources.Zip(values))
        {
            var from = new List<FieldExplanation>();
            foreach (var field in column.Fields)
            {
                from.Add(new FieldExplanation(_rules.Fields[field].Name, cleaner.Record.Has(field) ? Encoding.UTF8.GetString(cleaner.Record.Raw(line, field)) : null, trace.Of(field)));
            }

            columns.Add(new ColumnExplanation(column.Name, value, from));
        }

        return new RecordExplanation(dataSet.Key, number, reason, reason is null ? null : Encoding.UTF8.GetString(line), columns);
    }
}
