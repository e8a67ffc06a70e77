using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace RandomChat.Engines;

/// <summary>The numbers of what was logged, and nothing of its words.</summary>
public sealed class LoggedNumbers<T> : ILogger<T>
{
    private readonly ConcurrentBag<int> numbers = [];

    public bool Has(int number) => numbers.Contains(number);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        numbers.Add(eventId.Id);
}
