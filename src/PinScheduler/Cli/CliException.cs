namespace PinScheduler.Cli;

/// <summary>Ends a command with one line on stderr and an exit code.</summary>
internal sealed class CliException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>Of the server's answer, where it was one.</summary>
    public int? Status { get; init; }
}

/// <summary>The exit codes of every command; scripts rely on them.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int Usage = 2;
    public const int NotReachable = 3;

    /// <summary>Ctrl-C, as a shell tells it.</summary>
    public const int Interrupted = 130;
}
