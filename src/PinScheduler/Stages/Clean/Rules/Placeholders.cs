using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PinScheduler.Stages.Clean.Rules;

/// <summary>By column, the texts that people's scrapers write where there is nothing.</summary>
internal sealed class Placeholders(IReadOnlyDictionary<string, string[]> byColumn)
{
    // raise it with every change in what clean makes of a record, the fact tables included: all data are then cleaned anew
    private const int RulesVersion = 2;

    /// <summary>What the original data set holds.</summary>
    public static IReadOnlyDictionary<string, string[]> Defaults { get; } = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase)
    {
        ["title"] = ["No Title Data Available"],
        ["description"] = ["No description available Story format", "No description available"],
        ["follower_count"] = ["User Info Error"],
        ["poster_name"] = ["User Info Error"],
        ["tag_list"] = ["N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e"],
        ["image_src"] = ["Image src error.", "Image src error"],
    };

    public IReadOnlyList<Field> Fields(IEnumerable<string> keys) => [.. keys.Select(key => new Field(key, Of(key)))];

    /// <summary>Names the rules: equal where a data set's records give equal rows.</summary>
    public string HashOf(RecordRules rules)
    {
        var text = JsonSerializer.Serialize(rules.Fields.Select(field => new { field.Name, Placeholders = Of(field.Name).Distinct().Order(StringComparer.Ordinal) }))
            + JsonSerializer.Serialize(rules.BoundsUsed);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{RulesVersion} {text}")))[..32];
    }

    private string[] Of(string column) => byColumn.GetValueOrDefault(column, []);
}
