using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace PinScheduler.Tests.Stages;

/// <summary>A log whose lines a test reads.</summary>
internal class KeptLog : ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _lines.Enqueue($"{logLevel}: {formatter(state, exception)}");
}

/// <summary>As a class that asks for a log of its own name takes it.</summary>
internal sealed class KeptLog<T> : KeptLog, ILogger<T>;
