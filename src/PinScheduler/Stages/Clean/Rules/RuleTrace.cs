using System.Globalization;
using System.Text;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>What the rules did to the fields of one record, as they tell it while they do it; without one they tell nobody.</summary>
internal sealed class RuleTrace(int fields)
{
    private readonly List<RuleStep>[] _steps = [.. Enumerable.Range(0, fields).Select(_ => new List<RuleStep>())];

    public IReadOnlyList<RuleStep> Of(int field) => _steps[field];

    public void Nulled(int field, string what) => Add(field, what, null);

    /// <summary>Empty is NULL.</summary>
    public void Did(int field, string what, ReadOnlySpan<byte> value) => Add(field, what, value.IsEmpty ? null : Encoding.UTF8.GetString(value));

    public void Did(int field, string what, int? value) => Add(field, what, value?.ToString(CultureInfo.InvariantCulture));

    private void Add(int field, string what, string? value)
    {
        // a rule may look at a field twice
        if (_steps[field].LastOrDefault() is not { } last || last != new RuleStep(what, value))
        {
            _steps[field].Add(new RuleStep(what, value));
        }
    }
}

/// <summary>What was done, and the value after it.</summary>
internal sealed record RuleStep(string What, string? Value);
