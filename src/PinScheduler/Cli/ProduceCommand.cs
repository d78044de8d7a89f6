using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace PinScheduler.Cli;

/// <summary>`produce TOPIC --file F.jsonl`: a record a line, in batches, each acknowledged before the command ends.</summary>
internal static class ProduceCommand
{
    private const int BatchRecords = 500;
    private const int BatchBytes = 1024 * 1024;

    // as /send-data has it
    private static readonly string[] IndexNames = ["index", "ind"];

    public static Command Create(ServerOptions server, Option<bool> json)
    {
        var topic = new Argument<string>("TOPIC") { Description = "A topic" };
        var file = new Option<string>("--file") { Description = "JSON values, one a line; - reads the standard input", Required = true };
        var key = new Option<string?>("--key") { Description = "The field that is the record's key; default index or ind, where there is one" };
        var command = new Command("produce", "Sends a file's lines into a topic") { topic, file, key };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = server.Connect(parsed);
            using var reader = Open(parsed.GetValue(file)!);
            var started = Stopwatch.GetTimestamp();
            var sent = await SendAsync(client, parsed.GetValue(topic)!, reader, parsed.GetValue(key), cancellationToken);
            var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Output.Line(parsed.GetValue(json)
                ? JsonSerializer.Serialize(new { topic = parsed.GetValue(topic), records = sent, seconds = Math.Round(seconds, 3) })
                : string.Create(CultureInfo.InvariantCulture, $"{sent:N0} records acknowledged by '{parsed.GetValue(topic)}' in {seconds:0.00} s"));
        });
        return command;
    }

    private static StreamReader Open(string file)
    {
        try
        {
            return file == "-" ? new StreamReader(Console.OpenStandardInput(), new UTF8Encoding(false, throwOnInvalidBytes: true)) : new StreamReader(file, new UTF8Encoding(false, throwOnInvalidBytes: true));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CliException($"'{file}' cannot be read: {exception.Message}", ExitCodes.Usage);
        }
    }

    private static async Task<long> SendAsync(SchedulerClient client, string topic, StreamReader reader, string? key, CancellationToken cancellationToken)
    {
        var (sent, number, records, bytes) = (0L, 0L, new List<string>(), 0);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            records.Add(Record(line, key, number, sent));
            bytes += line.Length;
            if (records.Count == BatchRecords || bytes >= BatchBytes)
            {
                sent += await client.ProduceAsync(topic, records, sent, cancellationToken);
                (records, bytes) = ([], 0);
            }
        }

        return sent + (records.Count == 0 ? 0 : await client.ProduceAsync(topic, records, sent, cancellationToken));
    }

    private static string Record(string line, string? key, long number, long sent)
    {
        try
        {
            using var value = JsonDocument.Parse(line);
            return $"{{{Key(value.RootElement, key)}\"value\":{line}}}";
        }
        catch (JsonException exception)
        {
            throw new CliException($"Line {number} is not JSON ({exception.Message}). {sent} records of the lines before were acknowledged; the rest was not sent.", ExitCodes.Failed);
        }
    }

    private static string Key(JsonElement value, string? key)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return "";
        }

        foreach (var name in key is null ? IndexNames : [key])
        {
            if (value.TryGetProperty(name, out var found))
            {
                return $"\"key\":{found.GetRawText()},";
            }
        }

        return "";
    }
}
