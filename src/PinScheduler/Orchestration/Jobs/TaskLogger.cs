namespace PinScheduler.Orchestration.Jobs;

/// <summary>What a stage logs goes to the task's log, which the user reads, and to the server's.</summary>
internal sealed class TaskLogger(AttemptJournal journal, ILogger server) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => server.BeginScope(state);

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information && logLevel != LogLevel.None;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var text = formatter(state, exception);
        if (journal.Write(logLevel, exception is null ? text : $"{text}: {exception.Message}") || logLevel >= LogLevel.Warning)
        {
            server.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
