using System.Globalization;
using System.Text;
using Dapper;

namespace PinScheduler.Database;

/// <summary>Many rows for one insert: `(@v0, @v1), (@v2, @v3)`, with their parameters.</summary>
internal sealed class ValueRows
{
    private readonly StringBuilder _text = new();
    private int _values;

    public DynamicParameters Parameters { get; } = new();

    public bool IsEmpty => _values == 0;

    public void Add(params ReadOnlySpan<object?> row)
    {
        _text.Append(_text.Length == 0 ? "(" : ", (");
        foreach (var value in row)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"v{_values++}");
            Parameters.Add(name, value);
            _text.Append('@').Append(name).Append(", ");
        }

        _text.Length -= 2;
        _text.Append(')');
    }

    public override string ToString() => _text.ToString();
}
