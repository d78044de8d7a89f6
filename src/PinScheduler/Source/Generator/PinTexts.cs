using System.Text;

namespace PinScheduler.Source.Generator;

/// <summary>Titles, descriptions and tags in the original's shapes: lengths, line breaks, and how often something is not ASCII.</summary>
internal static class PinTexts
{
    private const int LongestTitle = 199;
    private const int LongestTags = 247;
    private const int CutDescription = 176;

    private static readonly string[] Titles = ["{0} {1} You Can Try This Weekend", "{0} {1} for Beginners", "How to Love {1}", "{0} Best {1} of the Year", "Easy {1}", "{1}: A Simple Guide", "{1} on a Budget", "The Only {1} You Need", "{0} {1} (with Pictures)", "My Favorite {1}", "{1} That Are Worth It", "{1} | {0} Ideas"];
    private static readonly string[] ForeignTitles = ["{0} {1} You’ll Love", "{1} – {0} Ideas", "{0} Idées: {1}", "“{1}”", "{1} für Anfänger", "{1} • {0} Tips", "Mejores {1} del Año"];
    private static readonly string[] Emoji = ["💉", "🎄", "✨🌿", "😍", "🔥", "🏡", "💸", "🚗"];
    private static readonly string[] Sentences = ["Looking for {1}? Here are {0} ideas that anyone can do at home.", "These {1} are easy, cheap and ready in {0} minutes.", "A full list of what you need, step by step.", "Save this for later and share it with a friend.", "We tested {0} of them so that you need not.", "Free printable included.", "Click through for the whole tutorial on {1}.", "Great for families, students and everybody in between.", "Some text about {1} with a \"quoted\" word, a back\\slash and a comma, of course."];
    private static readonly string[] ForeignSentences = ["You’ll find {1} here — {0} of them.", "Découvrez {0} idées: {1}.", "It’s all about {1} ♥", "Schöne Ideen für {1} • Größe {0}"];

    public static string Title(ref Chance chance, Category category)
    {
        var title = new StringBuilder(Filled(ref chance, category, chance.Share(0.09) ? ForeignTitles : Titles));
        if (chance.Share(0.01))
        {
            title.Append(' ').Append(chance.Of(Emoji));
        }

        if (chance.Share(0.02))
        {
            title.Replace(" ", "\n", title.Length / 2, title.Length - (title.Length / 2));
        }

        while (chance.Share(0.05) && title.Length < LongestTitle - 70)
        {
            title.Append(" | ").Append(Filled(ref chance, category, Titles));
        }

        return title.ToString();
    }

    public static string Description(ref Chance chance, Category category)
    {
        var text = new StringBuilder(Filled(ref chance, category, chance.Share(0.08) ? ForeignSentences : Sentences));
        var cut = chance.Share(0.395);
        while (cut ? text.Length <= CutDescription : text.Length < 120 && chance.Share(0.6))
        {
            text.Append(' ').Append(Filled(ref chance, category, Sentences));
        }

        if (text.Length > CutDescription)
        {
            text.Length = CutDescription;
        }

        return cut ? text.Append("…\u00a0").ToString() : text.ToString();
    }

    public static string Tags(ref Chance chance, Category category)
    {
        var start = chance.Below(category.Tags.Length);
        var tags = string.Join(',', Enumerable.Range(0, 1 + chance.Below(9)).Select(i => category.Tags[(start + i) % category.Tags.Length]));
        return tags.Length > LongestTags ? tags[..tags.LastIndexOf(',', LongestTags)] : tags;
    }

    private static string Filled(ref Chance chance, Category category, string[] forms) => string.Format(chance.Of(forms), 3 + chance.Below(48), chance.Of(category.Things));
}
