using System.Globalization;
using System.Text.RegularExpressions;

namespace PinScheduler.Stages.Analyze;

/// <summary>What a check says when it found something; {broken}, {threshold} and {title} stand for what they name.</summary>
internal sealed partial class CheckMessage
{
    private static readonly string[] Names = ["broken", "threshold", "title"];

    private readonly string? _template;

    private CheckMessage(string? template) => _template = template;

    public static CheckMessage Default { get; } = new(null);

    public static CheckMessage Parse(string template, decimal? threshold, Func<string, SqlFileException> wrong)
    {
        var used = Placeholder().Matches(template).Select(static match => match.Groups[1].Value).ToList();
        if (used.Find(static name => !Names.Contains(name)) is { } unknown)
        {
            throw wrong($"'{{{unknown}}}' in the message stands for nothing{DidYouMean.Suffix(unknown, Names)}; there are {string.Join(", ", Names.Select(static name => $"{{{name}}}"))}.");
        }

        return used.Contains("threshold") && threshold is null
            ? throw wrong("the message says {threshold}, but the header has no '-- threshold: 0.05'.")
            : new CheckMessage(template);
    }

    public string Text(SqlTaskFile file, long broken) => _template is null
        ? $"{broken} {(broken == 1 ? "row" : "rows")} ({file.Title})."
        : Placeholder().Replace(_template, match => match.Groups[1].Value switch
        {
            "broken" => broken.ToString(CultureInfo.InvariantCulture),
            "threshold" => file.Threshold?.ToString(CultureInfo.InvariantCulture) ?? "",
            _ => file.Title,
        });

    /// <summary>With a full stop where it has no end of its own, so that another sentence can follow.</summary>
    public string Sentence(SqlTaskFile file, long broken) => Text(file, broken).TrimEnd() is var text && ".!?…".Contains(text[^1]) ? text : text + ".";

    [GeneratedRegex(@"\{([^{}]*)\}")]
    private static partial Regex Placeholder();
}
