using System.Globalization;
using System.Text.Json;

namespace PinScheduler.Orchestration.Api;

/// <summary>A body of known fields, all optional; it may be empty altogether.</summary>
internal sealed class RequestBody
{
    private const int MostBytes = 1 << 20;
    private readonly Dictionary<string, JsonElement> _fields = new(StringComparer.Ordinal);

    /// <exception cref="RefusedException">Not a JSON object, or it has a field that is not known.</exception>
    public static async Task<RequestBody> ReadAsync(HttpRequest request, string[] known, CancellationToken cancellationToken)
    {
        var body = new RequestBody();
        if (await ParseAsync(request, cancellationToken) is not { } root)
        {
            return body;
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            throw RefusedException.Malformed($"The body is {root.ValueKind.ToString().ToLowerInvariant()}; it must be an object such as {{}}.");
        }

        foreach (var field in root.EnumerateObject())
        {
            body._fields[field.Name] = known.Contains(field.Name)
                ? field.Value
                : throw RefusedException.Invalid($"'{field.Name}' is no field here; there {(known.Length == 0 ? "are none" : "are " + string.Join(", ", known))}.{DidYouMean.Sentence(field.Name, known)}");
        }

        return body;
    }

    /// <summary>Null where the field is absent or null.</summary>
    public JsonElement? this[string name] => _fields.TryGetValue(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <exception cref="RefusedException">It is no text, or longer than its column.</exception>
    public string? Text(string name, int most) => this[name] is not { } value ? null
        : value.ValueKind == JsonValueKind.String && value.GetString() is { } text && text.Length <= most ? text
        : throw RefusedException.Invalid($"'{name}' is {value.GetRawText()}; it must be a text of {most} characters at most.");

    /// <exception cref="RefusedException">It is no date.</exception>
    public DateOnly? Date(string name) => this[name] is not { } value ? null
        : value.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date
        : throw RefusedException.Invalid($"'{name}' is {value.GetRawText()}; it must be a date such as \"2026-11-22\".");

    /// <exception cref="RefusedException">It is no whole number.</exception>
    public int? Whole(string name) => this[name] is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number
        : throw RefusedException.Invalid($"'{name}' is {value.GetRawText()}; it must be a whole number.");

    /// <exception cref="RefusedException">It is neither true nor false.</exception>
    public bool? Boolean(string name) => this[name] is not { } value ? null
        : value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean()
        : throw RefusedException.Invalid($"'{name}' is {value.GetRawText()}; it must be true or false.");

    /// <summary>An object's fields; of a repeated one the last. Empty where it is absent.</summary>
    /// <exception cref="RefusedException">It is no object.</exception>
    public Dictionary<string, JsonElement> Object(string name)
    {
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (this[name] is not { } value)
        {
            return values;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw RefusedException.Invalid($"'{name}' is {value.GetRawText()}; it must be an object such as {{\"posts\":1000}}.");
        }

        foreach (var field in value.EnumerateObject())
        {
            values[field.Name] = field.Value;
        }

        return values;
    }

    /// <summary>The same for the same content, in whatever order and spacing.</summary>
    public string Canonical() => string.Join('\n', _fields.OrderBy(field => field.Key, StringComparer.Ordinal).Select(field => $"{field.Key}:{Canonical(field.Value)}"));

    private static string Canonical(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', value.EnumerateObject().OrderBy(field => field.Name, StringComparer.Ordinal).Select(field => JsonSerializer.Serialize(field.Name) + ":" + Canonical(field.Value))) + "}",
        JsonValueKind.Array => "[" + string.Join(',', value.EnumerateArray().Select(Canonical)) + "]",
        _ => JsonSerializer.Serialize(value),
    };

    private static async Task<JsonElement?> ParseAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var buffer = new MemoryStream();
        if (request.ContentLength > MostBytes)
        {
            throw RefusedException.TooLarge($"The body has {request.ContentLength} bytes; {MostBytes} at most.");
        }

        await request.Body.CopyToAsync(buffer, cancellationToken);
        try
        {
            return buffer.Length == 0 || buffer.ToArray().All(letter => letter is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') ? null : JsonDocument.Parse(buffer.ToArray()).RootElement;
        }
        catch (JsonException exception)
        {
            throw RefusedException.Malformed($"The body is not JSON: {exception.Message}");
        }
    }
}
