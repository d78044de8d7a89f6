namespace PinScheduler.Source.Generator;

/// <summary>What pins are at the edges of the cleaning rules, as far as the columns can hold it. Columns by their place in the source table.</summary>
internal static class PinEdges
{
    private const int UniqueId = 1, Title = 2, Description = 3, PosterName = 4, TagList = 6, Kind = 7, Image = 8, Downloaded = 9, SaveLocation = 10, Category = 11;

    private static readonly (int Column, object? Value)[] Fixed =
    [
        (UniqueId, null), (UniqueId, "\u2003"),
        (Title, null), (Title, ""), (Title, " \u00a0\u3000\u0085"), (Title, " No Title Data Available\u00a0"), (Title, "no title data available"), (Title, "No  Title Data Available"),
        (Title, "\u200bzero width\u200b"), (Title, "\ufeffmark"), (Title, "\u001funit\u001f"), (Title, "tab\tand \\N and \"quotes\""), (Title, "\r\nline\r\nbreaks\r\n"), (Title, "{\"a\": [1, 2]}"), (Title, "NULL"), (Title, new string('t', 199)),
        (Description, null), (Description, "No description available Story format"), (Description, "\tNo description available\n"), (Description, "No description available."), (Description, "👩‍👩‍👧‍👦 e\u0301 Ω"),
        (PosterName, null), (PosterName, ""), (PosterName, " User Info Error "), (PosterName, new string('p', 255)), (PosterName, "\u00a0" + new string('q', 255) + " "), (PosterName, new string('p', 256)), (PosterName, string.Concat(Enumerable.Repeat("💉", 255))),
        (TagList, null), (TagList, "N,o, ,T,a,g,s, ,A,v,a,i,l,a,b,l,e "), (TagList, "n,o, ,t,a,g,s"), (TagList, ",,,"),
        (Kind, " image "), (Kind, ""),
        (Image, "Image src error"), (Image, " Image src error. "), (Image, "Image src error.."), (Image, null),
        (Downloaded, null), (Downloaded, 2),
        (SaveLocation, null), (SaveLocation, "Local save in "), (SaveLocation, "Local save in"), (SaveLocation, "/data/moved"), (SaveLocation, "local save in /data/x"), (SaveLocation, "\u00a0Local save in   /data/art\u00a0"), (SaveLocation, "Local save in Local save in /data/art"),
        (Category, null), (Category, ""), (Category, "Art"), (Category, " art "), (Category, "árt"), (Category, new string('c', 255)), (Category, new string('c', 256)),
    ];

    public static void Apply(object?[] pin, int edge)
    {
        var (column, value) = Fixed[edge % Fixed.Length];
        pin[column] = value;
    }
}
