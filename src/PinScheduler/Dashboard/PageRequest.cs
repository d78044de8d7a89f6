using System.Globalization;
using Hangfire.Dashboard;
using PinScheduler.Orchestration;

namespace PinScheduler.Dashboard;

/// <summary>What a page or a button is asked for.</summary>
internal sealed class PageRequest(DashboardContext context)
{
    public HttpContext Http { get; } = context.GetHttpContext();

    public CancellationToken Aborted => Http.RequestAborted;

    /// <summary>Who asks, as runs and pauses keep it.</summary>
    public string User => Http.User.Identity?.Name is { Length: > 0 } name ? name : "dashboard";

    /// <summary>From live.js, which takes the parts of a page from it and leaves the menu, with Hangfire's statistics in it, as it is.</summary>
    public bool IsForParts => Http.Request.Headers.ContainsKey("PS-Parts");

    public T Get<T>()
        where T : notnull => Http.RequestServices.GetRequiredService<T>();

    /// <summary>A named part of the address.</summary>
    public string this[string name] => System.Net.WebUtility.UrlDecode(context.UriMatch.Groups[name].Value);

    public long Run => Number("run", this["run"]);

    /// <summary>Null where it is absent or empty.</summary>
    public string? Query(string name) => Http.Request.Query[name].ToString() is { Length: > 0 } given ? given : null;

    /// <summary>The page's own query, for the lines or rows before another place; null: for the newest.</summary>
    public QueryString Before(string? place)
    {
        var kept = QueryString.Create(Http.Request.Query.Where(static pair => pair.Key != "before").Select(static pair => KeyValuePair.Create(pair.Key, (string?)pair.Value.ToString())));
        return place is null ? kept : kept.Add("before", place);
    }

    public long? QueryNumber(string name) => Query(name) is { } given ? Number(name, given) : null;

    public DateOnly? QueryDate(string name) => Query(name) is { } given ? Date(name, given) : null;

    /// <summary>A form's fields, posted or, as a form without a script sends them, in the query.</summary>
    public async Task<IFormCollection> FormAsync() => HttpMethods.IsGet(Http.Request.Method) ? new FormCollection(Http.Request.Query.ToDictionary())
        : Http.Request.HasFormContentType ? await Http.Request.ReadFormAsync(Aborted) : FormCollection.Empty;

    /// <exception cref="RefusedException">It is none.</exception>
    public static DateOnly? Date(string name, string? given) => string.IsNullOrEmpty(given) ? null
        : DateOnly.TryParseExact(given, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date
        : throw RefusedException.Invalid($"'{name}' is '{given}'; it must be a date such as 2026-11-22.");

    private static long Number(string name, string given) => long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? number
        : throw RefusedException.Invalid($"'{name}' is '{given}'; it must be a whole number.");
}
