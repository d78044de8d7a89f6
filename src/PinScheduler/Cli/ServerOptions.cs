using System.CommandLine;
using System.CommandLine.Parsing;

namespace PinScheduler.Cli;

/// <summary>Which server a command asks, and as whom; either option stands before or behind the command.</summary>
internal sealed class ServerOptions
{
    /// <summary>Where it is.</summary>
    public Option<Uri> Address { get; } = new("--server") { Description = "The server's address", DefaultValueFactory = DefaultAddress, CustomParser = ParseAddress, Recursive = true };

    /// <summary>What whoever stands before the server lets pass; the server has no log-in of its own yet.</summary>
    public Option<string> Key { get; } = new("--api-key")
    {
        Description = "Sent with each request, as 'Authorization: Bearer KEY'; better in PINSCHEDULER_API_KEY, which no list of processes shows",
        DefaultValueFactory = static none => Environment.GetEnvironmentVariable("PINSCHEDULER_API_KEY") is { Length: > 0 } key ? Checked(key, "PINSCHEDULER_API_KEY", none) : "",
        CustomParser = static given => Checked(given.Tokens.Single().Value, "'--api-key'", given),
        HelpName = "KEY",
        Recursive = true,
    };

    /// <summary>The server that was named.</summary>
    public SchedulerClient Connect(ParseResult parsed, TimeSpan? patience = null) => new(
        parsed.GetValue(Address)!, parsed.GetValue(Key) is { Length: > 0 } key ? key : null, parsed.GetResult(Address) is { Implicit: false, Tokens: [var given] } ? $" --server {given.Value}" : "", patience);

    private static Uri DefaultAddress(ArgumentResult none)
    {
        var named = Environment.GetEnvironmentVariable("PINSCHEDULER_SERVER") is { Length: > 0 } text ? text : "http://127.0.0.1:5080";
        if (AsServer(named) is { } server)
        {
            return server;
        }

        none.AddError($"PINSCHEDULER_SERVER is '{named}', which is no server's address; it must be such as http://127.0.0.1:5080.");
        return null!;
    }

    private static Uri? ParseAddress(ArgumentResult given)
    {
        var text = given.Tokens.Single().Value;
        if (AsServer(text) is { } server)
        {
            return server;
        }

        given.AddError($"'{text}' is no server's address; it must be such as http://127.0.0.1:5080.");
        return null;
    }

    private static Uri? AsServer(string text) => Uri.TryCreate(text, UriKind.Absolute, out var server) && (server.Scheme == "http" || server.Scheme == "https") ? server : null;

    private static string Checked(string key, string source, ArgumentResult result)
    {
        if (!key.All(static letter => letter is > ' ' and <= '~'))
        {
            result.AddError($"The key of {source} has letters that no header may carry; it may have those of ASCII, but no spaces or line ends.");
        }

        return key;
    }
}
