using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace OrchestrationBench.Servers;

/// <summary>Hears from the server's log when a run has ended: to the microsecond, and without a query that would be counted.</summary>
internal sealed class RunEnds : ILoggerProvider, ILogger
{
    private const int RunEnded = 5004;
    private readonly ConcurrentDictionary<long, TaskCompletionSource<(long At, string State)>> _ends = new();

    public Task<(long At, string State)> OfAsync(long run) => EndOf(run).Task;

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == RunEnded && state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            EndOf((long)values.First(value => value.Key == "Run").Value!).TrySetResult((Stopwatch.GetTimestamp(), (string)values.First(value => value.Key == "State").Value!));
        }

        if (logLevel >= LogLevel.Error)
        {
            Console.Error.WriteLine($"{formatter(state, exception)} {exception}");
        }
    }

    public void Dispose()
    {
    }

    private TaskCompletionSource<(long At, string State)> EndOf(long run) => _ends.GetOrAdd(run, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
}
