using System.Globalization;

namespace PinScheduler.Results;

/// <summary>The query string of a request for results.</summary>
internal static class ResultQuery
{
    private static readonly string[] Formats = ["json", "csv"];

    /// <exception cref="ResultException">A parameter is none of those that are known.</exception>
    public static void CheckNames(HttpRequest request, params string[] known)
    {
        if (request.Query.Keys.FirstOrDefault(key => !known.Contains(key)) is { } unknown)
        {
            throw Unknown(unknown, known);
        }
    }

    public static ResultException Unknown(string name, IReadOnlyList<string> known) =>
        ResultException.Invalid($"Unknown parameter '{name}'{DidYouMean.Suffix(name, known)}; there are {string.Join(" and ", known)}.");

    /// <exception cref="ResultException">It is neither of both formats.</exception>
    public static bool IsCsv(string? format) => format is null || Formats.Contains(format)
        ? format == "csv"
        : throw ResultException.Invalid($"'format' is '{format}'; it must be json or csv.");

    /// <exception cref="ResultException">It cannot be a run's id.</exception>
    public static long? Run(string name, string? given) => given is null ? null
        : long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw ResultException.Invalid($"'{name}' is '{given}'; it must be the number of a run.");

    /// <exception cref="ResultException">It is no number in these limits.</exception>
    public static int Limit(string? given, int most, int otherwise) => given is null ? otherwise
        : int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most ? number
        : throw ResultException.Invalid($"'limit' is '{given}'; it must be a whole number from 1 to {most}.");
}
