namespace PinScheduler.Stages;

/// <summary>
/// The comment of a clean table: by which rules it was filled, and which making of the table it is. It moves with the table when another
/// takes its place, so that no crash can part the two, and two makings by the same rules can be told apart.
/// </summary>
public sealed record TableMaking(string Rules, string Id)
{
    private const string Prefix = "rules ";

    public string Comment => $"{Prefix}{Rules} #{Id}";

    /// <summary>A new table that is to be filled by these rules.</summary>
    public static TableMaking New(string rules) => new(rules, Guid.NewGuid().ToString("N")[..12]);

    /// <summary>Of a table that nothing has been said of, the rules are empty.</summary>
    public static TableMaking Parse(string comment)
    {
        var words = comment.StartsWith(Prefix, StringComparison.Ordinal) ? comment[Prefix.Length..].Split(" #", 2) : [""];
        return new TableMaking(words[0], words.Length > 1 ? words[1] : "");
    }
}
