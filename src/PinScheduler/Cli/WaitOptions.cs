using System.CommandLine;

namespace PinScheduler.Cli;

/// <summary>Whether a command that starts something waits for its end, and for how long a server that does not answer.</summary>
internal sealed class WaitOptions
{
    // as long as a server's restart with a look at a large database may take
    private const int DefaultPatience = 600;

    private readonly Option<bool> _wait;
    private readonly Option<int> _patience = new("--patience") { Description = "With --wait: gives up when the server has not answered for so many seconds", DefaultValueFactory = static _ => DefaultPatience, HelpName = "SECONDS" };

    public WaitOptions(Command command, string description = "Waits for the run's end; exit code 1 when it failed")
    {
        _wait = new Option<bool>("--wait") { Description = description };
        _patience.Validators.Add(static given =>
        {
            if (given.Tokens is [var token] && int.TryParse(token.Value, out var seconds) && seconds < 0)
            {
                given.AddError($"'--patience' is {seconds}; it must be 0 seconds or more.");
            }
        });
        command.Add(_wait);
        command.Add(_patience);
    }

    /// <summary>Null where nothing is waited for.</summary>
    public TimeSpan? Patience(ParseResult parsed) => parsed.GetValue(_wait) ? TimeSpan.FromSeconds(parsed.GetValue(_patience)) : null;
}
