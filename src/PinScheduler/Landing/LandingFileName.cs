using System.Globalization;
using System.Text.RegularExpressions;

namespace PinScheduler.Landing;

/// <summary>
/// `{topic}[@{life}]+{partition}+{first offset, 20 digits}.json`, packed `….json.gz`; its dead letters `….dead.jsonl`, never packed; all
/// under `….{claim}.tmp` while they are written. Kafka allows neither `@` nor `+` in a topic's name.
/// </summary>
internal sealed partial record LandingFileName(string Topic, int Ordinal, int Partition, long FirstOffset, bool Packed = false)
{
    private const string Json = ".json";
    private const string PackedJson = ".json.gz";
    private const string DeadJsonl = ".dead.jsonl";

    public string Data => Stem + (Packed ? PackedJson : Json);

    public string DeadLetters => Stem + DeadJsonl;

    private string Stem => string.Create(CultureInfo.InvariantCulture, $"{Topic}{(Ordinal > 1 ? "@" + Ordinal : "")}+{Partition}+{FirstOffset:D20}");

    /// <summary>The name a file has while the drain with this claim writes it; no other drain ever writes under it.</summary>
    public static string Temporary(string name, long claim) => string.Create(CultureInfo.InvariantCulture, $"{name}.{claim}.tmp");

    /// <summary>Whether a landing file, by its name or path, is packed.</summary>
    public static bool IsPacked(string data) => data.EndsWith(PackedJson, StringComparison.Ordinal);

    /// <summary>The path of the dead letters that stand beside a landing file.</summary>
    public static string DeadLettersOf(string data) => string.Concat(data.AsSpan(0, data.LastIndexOf(Json, StringComparison.Ordinal)), DeadJsonl);

    /// <summary>Null for a file that no drain has made, which is nobody's to remove.</summary>
    public static LandingFileName? TryParse(string fileName)
    {
        var match = Pattern().Match(fileName);
        return match.Success
            && int.TryParse(match.Groups["ordinal"].Success ? match.Groups["ordinal"].ValueSpan : "1", NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
            && int.TryParse(match.Groups["partition"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
            && long.TryParse(match.Groups["offset"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
                ? new LandingFileName(match.Groups["topic"].Value, ordinal, partition, offset, match.Groups["packed"].Success)
                : null;
    }

    [GeneratedRegex(@"^(?<topic>[A-Za-z0-9._-]+)(@(?<ordinal>[0-9]+))?\+(?<partition>[0-9]+)\+(?<offset>[0-9]{20})\.(json(?<packed>\.gz)?|dead\.jsonl)(\.[0-9]+\.tmp)?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
