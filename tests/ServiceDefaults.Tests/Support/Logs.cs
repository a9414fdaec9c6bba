using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace ContactPlatform.ServiceDefaults.Tests.Support;

/// <summary>Everything that a host logs, at every level.</summary>
public sealed class Logs : ILoggerProvider
{
    private readonly ConcurrentQueue<LogLine> _lines = new();

    public IReadOnlyCollection<LogLine> Lines => _lines;

    /// <summary>Errors that the platform's own code says; EF, for one, says every failed command as well.</summary>
    public IEnumerable<LogLine> Errors => _lines.Where(l => l.Level >= LogLevel.Error && l.Category.StartsWith("ContactPlatform", StringComparison.Ordinal));

    public ILogger CreateLogger(string categoryName) => new Logger(categoryName, _lines);

    public void Dispose()
    {
    }

    private sealed class Logger(string category, ConcurrentQueue<LogLine> lines) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(new LogLine(logLevel, category, formatter(state, exception), exception));
    }
}

public sealed record LogLine(LogLevel Level, string Category, string Message, Exception? Exception)
{
    public override string ToString() => $"{Level} {Category} {Message} {Exception}";
}
