using System.Text.RegularExpressions;
using Microsoft.Extensions.Options;
using MySqlConnector;

namespace PinScheduler.Hosting;

/// <summary>Why the program does not start, in sentences that say where and what would be right.</summary>
internal static partial class StartFailure
{
    public const int ExitCode = 2;

    /// <summary>Null for what a user can do nothing about: a fault of ours, which keeps its stack.</summary>
    public static string? Explain(Exception exception, IConfiguration? configuration) => exception switch
    {
        OptionsValidationException invalid => string.Join(Environment.NewLine, invalid.Failures),
        AggregateException several when several.InnerExceptions.All(inner => Explain(inner, configuration) is not null) => string.Join(Environment.NewLine, several.InnerExceptions.Select(inner => Explain(inner, configuration))),
        MySqlException { ErrorCode: MySqlErrorCode.UnableToConnectToHost } away =>
            $"MySQL does not answer{(configuration is null ? "" : " at " + ConnectionStrings.Servers(configuration))}: {away.Message} Set 'ConnectionStrings:MySql', or start it with 'docker compose up -d', or let ./run bring a private one.",
        MySqlException refused => $"MySQL refused: {refused.Message} (error {refused.Number}). See 'ConnectionStrings:MySql' and docs/operations.md on the rights that its user needs.",
        IOException taken when taken.Message.Contains("address already in use", StringComparison.OrdinalIgnoreCase) => $"{taken.Message} Choose another with --Urls=http://127.0.0.1:PORT.",
        InvalidDataException { InnerException: not null } unread => $"{unread.Message} {WhereInFile(unread)}",
        InvalidOperationException when NotConverted().Match(exception.Message) is { Success: true } match => Expected(match.Groups["key"].Value, match.Groups["value"].Value, match.Groups["type"].Value),
        InvalidOperationException or IOException or UnauthorizedAccessException => exception.Message,
        _ => null,
    };

    // a file of settings that is no JSON or YAML: the reason is the innermost exception's. JSON counts lines from 0.
    private static string WhereInFile(InvalidDataException unread) => unread.GetBaseException() switch
    {
        System.Text.Json.JsonException { LineNumber: { } line } json => $"Line {line + 1}: {Ended(json.Message.Split(" LineNumber:")[0].Split(" Path:")[0])} It must be JSON.",
        YamlDotNet.Core.YamlException yaml => $"Line {yaml.Start.Line}: {Ended(yaml.Message)} It must be YAML, KEY: VALUE a line.",
        var other => Ended(other.Message),
    };

    private static string Ended(string text) => text.EndsWith('.') ? text : text + ".";

    private static string Expected(string key, string value, string type) => $"'{key}' is '{value}'; it must be " + type switch
    {
        "System.TimeSpan" => "a span of time, HH:MM:SS: 03:00:00 for three hours, 1.00:00:00 for a day.",
        "System.Int32" => $"a whole number, {int.MaxValue} at most.",
        "System.Int64" => "a whole number.",
        "System.Double" or "System.Decimal" => "a number such as 0.05.",
        "System.Boolean" => "true or false.",
        _ when typeof(StartFailure).Assembly.GetType(type) is { IsEnum: true } choice => string.Join(" or ", Enum.GetNames(choice)) + ".",
        _ => $"a {type}.",
    };

    // the binder's sentence for a value of the wrong type; it has no exception of its own
    [GeneratedRegex("^Failed to convert configuration value '(?<value>.*)' at '(?<key>[^']*)' to type '(?<type>[^']*)'", RegexOptions.Singleline)]
    private static partial Regex NotConverted();
}
