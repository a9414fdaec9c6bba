using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Aspire.Hosting.Orchestration;

/// <summary>The last lines that a process wrote, numbered from 1; also a logger for commands that act on it.</summary>
internal sealed class LogBuffer(TimeProvider clock) : ILogger
{
    private const int Capacity = 10_000;
    private readonly Queue<LogLine> _lines = new();
    private int _written;

    public ChangeSignal Changes { get; } = new();

    public void Add(string text, bool isError)
    {
        // The dashboard takes the time of a line from its start.
        var stamped = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffffZ ", CultureInfo.InvariantCulture) + text;
        lock (_lines)
        {
            _lines.Enqueue(new LogLine(++_written, stamped, isError));
            if (_lines.Count > Capacity)
            {
                _lines.Dequeue();
            }
        }

        Changes.Raise();
    }

    /// <summary>The lines after a number, oldest first.</summary>
    public IReadOnlyList<LogLine> After(int number)
    {
        lock (_lines)
        {
            return [.. _lines.Where(line => line.LineNumber > number)];
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            Add(formatter(state, exception), logLevel >= LogLevel.Error);
        }
    }
}
