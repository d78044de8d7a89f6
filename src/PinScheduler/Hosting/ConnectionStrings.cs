using System.Text.RegularExpressions;
using MySqlConnector;

namespace PinScheduler.Hosting;

/// <summary>The settings `ConnectionStrings:…`: whether they can be read, and which server they name.</summary>
internal static partial class ConnectionStrings
{
    public static readonly IReadOnlyList<string> Names = ["MySql", "Hangfire", "Source"];

    /// <exception cref="InvalidOperationException">One cannot be read. A password is not told, nor what may be a piece of one.</exception>
    public static void Check(IConfiguration configuration)
    {
        foreach (var name in Names)
        {
            if (configuration.GetConnectionString(name) is { Length: > 0 } text && Fault(text) is not null)
            {
                // a password that was cut at its ';' goes on as if it were a key, so what comes before it alone may be quoted
                var fault = Password().Match(text) is { Success: true } password ? Fault(text[..password.Index]) : Fault(text);
                throw new InvalidOperationException($"'ConnectionStrings:{name}' cannot be read: {fault ?? "behind the password comes what is no KEY=VALUE."} It is a list of KEY=VALUE with ';' between; a value with a ';' of its own goes in quotes: Server=db;User ID=pins;Password='a;b';Database=pins");
            }
        }
    }

    /// <summary>Which server each setting names, as `db:3306 ('ConnectionStrings:MySql')`; only after <see cref="Check"/>.</summary>
    public static string Servers(IConfiguration configuration) => string.Join(" or ", Names
        .Where(static name => name != "Source")
        .Select(name => (Name: name, Text: configuration.GetConnectionString(name)))
        .Where(static named => named.Name == "MySql" || !string.IsNullOrEmpty(named.Text))
        .Select(static named => (named.Name, Server: new MySqlConnectionStringBuilder(string.IsNullOrEmpty(named.Text) ? ConfigurationSources.ComposeMySql : named.Text)))
        .Select(static named => $"{named.Server.Server}:{named.Server.Port} ('ConnectionStrings:{named.Name}')"));

    private static string? Fault(string text)
    {
        try
        {
            _ = new MySqlConnectionStringBuilder(text);
            return null;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException or OverflowException)
        {
            return exception.Message;
        }
    }

    [GeneratedRegex(@"(password|pwd)\s*=", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex Password();
}
