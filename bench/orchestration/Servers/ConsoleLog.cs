using Microsoft.Extensions.Logging;

namespace OrchestrationBench.Servers;

/// <summary>One line a message, for who reads a child's output after a failure.</summary>
internal sealed class ConsoleLog : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Console.WriteLine($"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {logLevel} {eventId.Id} {formatter(state, exception)}{(exception is null ? "" : $" ({Text(exception)})")}");

    private static string Text(Exception exception) => $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}{(exception.InnerException is { } inner ? " <- " + Text(inner) : "")}";

    public void Dispose()
    {
    }
}
