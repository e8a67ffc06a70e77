using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Application.Events;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Screening;

namespace RandomChat.Infrastructure.Tests.Screening;

/// <summary>A classifier elsewhere, over a real connection.</summary>
public sealed class HostedClassifierTests : IDisposable
{
    private const string Secret = "sk-a-secret-that-nobody-sees";
    private const string Scores = """
        {"id":"modr-1","model":"omni-moderation-2026-01-01","results":[{"flagged":true,"categories":{"harassment":true},
         "category_scores":{"harassment":0.91,"hate":0.2,"hate/threatening":0.3,"harassment/threatening":0.6,"sexual/minors":0.01,"illicit":0.9}}]}
        """;

    private readonly FakeTimeProvider clock = new();
    private readonly Provider provider = new();
    private readonly Lines log = new();
    private readonly ServiceProvider services;
    private readonly HostedClassifier classifier;

    public HostedClassifierTests()
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Screening:Hosted:Url"] = provider.Url.ToString(),
            ["Screening:Hosted:ApiKey"] = Secret,
        }).Build();
        services = new ServiceCollection()
            .AddSingleton<TimeProvider>(clock)
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log))
            .AddHostedClassifier(settings)
            .BuildServiceProvider();
        classifier = services.GetRequiredService<HostedClassifier>();
    }

    [Fact]
    public async Task Its_scores_are_taken_by_category_with_provider_and_version()
    {
        provider.Answers = (HttpStatusCode.OK, Scores);

        var classified = await classifier.Classify("you fool", CancellationToken.None);

        Assert.Equal(("openai", "omni-moderation-2026-01-01"), (classified.Model, classified.Version));
        Assert.Equal(
            [(ScreeningCategory.Toxic, 0.91), (ScreeningCategory.Hate, 0.2), (ScreeningCategory.Threat, 0.6), (ScreeningCategory.ChildSafety, 0.01)],
            classified.Scores.OrderBy(score => score.Key).Select(score => (score.Key, score.Value)));
        var (authorization, body) = Assert.Single(provider.Asked);
        Assert.Equal($"Bearer {Secret}", authorization);
        using var question = JsonDocument.Parse(body);
        Assert.Equal(
            ["input: you fool", "model: omni-moderation-latest"],
            question.RootElement.EnumerateObject().Select(property => $"{property.Name}: {property.Value}").Order());
    }

    [Theory]
    [InlineData(HttpStatusCode.InternalServerError, "{}")]
    [InlineData(HttpStatusCode.Unauthorized, "{}")]
    [InlineData(HttpStatusCode.OK, "<html>")]
    [InlineData(HttpStatusCode.OK, "{\"results\":[]}")]
    [InlineData(HttpStatusCode.OK, "{\"results\":[{\"category_scores\":{\"harassment\":1e999}}]}")]
    public async Task Whatever_else_it_answers_is_no_answer_and_its_secret_is_not_logged(HttpStatusCode status, string body)
    {
        provider.Answers = (status, body);

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => classifier.Classify("you fool", CancellationToken.None));

        Assert.NotEmpty(log.Written);
        Assert.DoesNotContain(log.Written, line => line.Contains(Secret, StringComparison.Ordinal) || line.Contains("you fool", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_that_hangs_is_waited_for_so_long_then_left_alone_and_tried_again()
    {
        for (var failure = 1; failure <= HostedClassifier.FailuresToBreak; failure++)
        {
            var hanging = classifier.Classify("hello", CancellationToken.None);
            await provider.WasAsked(failure);
            clock.Advance(HostedClassifier.Patience - TimeSpan.FromMilliseconds(1));
            Assert.False(hanging.IsCompleted);
            clock.Advance(TimeSpan.FromMilliseconds(1));
            await Assert.ThrowsAsync<DependencyUnavailableException>(() => hanging);
        }

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => classifier.Classify("hello", CancellationToken.None));
        Assert.Equal(HostedClassifier.FailuresToBreak, provider.Asked.Count);

        provider.Answers = (HttpStatusCode.OK, Scores);
        clock.Advance(HostedClassifier.BreakLength);
        await classifier.Classify("hello", CancellationToken.None);
        await classifier.Classify("hello", CancellationToken.None);
        Assert.Equal(HostedClassifier.FailuresToBreak + 2, provider.Asked.Count);
    }

    [Fact]
    public async Task One_whose_answer_stalls_half_way_is_waited_for_no_longer_and_then_left_alone()
    {
        provider.Answers = (HttpStatusCode.OK, Scores);
        provider.StallsHalfWay = true;
        for (var failure = 1; failure <= HostedClassifier.FailuresToBreak; failure++)
        {
            var stalled = classifier.Classify("hello", CancellationToken.None);
            await log.Says("End processing HTTP request", failure);
            clock.Advance(HostedClassifier.Patience);
            await Assert.ThrowsAsync<DependencyUnavailableException>(() => stalled.WaitAsync(TimeSpan.FromSeconds(30)));
        }

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => classifier.Classify("hello", CancellationToken.None));
        Assert.Equal(HostedClassifier.FailuresToBreak, provider.Asked.Count);
    }

    [Theory]
    [InlineData(HttpStatusCode.Unauthorized, "{}")]
    [InlineData(HttpStatusCode.TooManyRequests, "{}")]
    [InlineData(HttpStatusCode.OK, "<html>")]
    public async Task One_that_never_answers_with_scores_is_left_alone(HttpStatusCode status, string body)
    {
        provider.Answers = (status, body);
        for (var time = 1; time <= HostedClassifier.FailuresToBreak + 1; time++)
        {
            await Assert.ThrowsAsync<DependencyUnavailableException>(() => classifier.Classify("hello", CancellationToken.None));
        }

        Assert.Equal(HostedClassifier.FailuresToBreak, provider.Asked.Count);
    }

    public void Dispose()
    {
        services.Dispose();
        provider.Dispose();
        log.Dispose();
    }

    /// <summary>A server that answers what a test wants, and nothing until then.</summary>
    private sealed class Provider : IDisposable
    {
        private readonly HttpListener listener;
        private readonly SemaphoreSlim requests = new(0);
        private int seen;

        public Provider()
        {
            for (var attempt = 1; ; attempt++)
            {
                using var port = new TcpListener(IPAddress.Loopback, 0);
                port.Start();
                Url = new($"http://127.0.0.1:{((IPEndPoint)port.LocalEndpoint).Port}/v1/moderations");
                port.Stop();
                listener = new() { Prefixes = { $"http://127.0.0.1:{Url.Port}/" } };
                try
                {
                    listener.Start();
                    break;
                }
                catch (HttpListenerException) when (attempt < 5)
                {
                    // Somebody else took the port meanwhile.
                }
            }

            _ = Serve();
        }

        public Uri Url { get; }

        /// <summary>Null: it hangs.</summary>
        public (HttpStatusCode Status, string Body)? Answers { get; set; }

        /// <summary>It sends half of its answer, and nothing more.</summary>
        public bool StallsHalfWay { get; set; }

        public ConcurrentQueue<(string? Authorization, string Body)> Asked { get; } = new();

        public async Task WasAsked(int times)
        {
            for (; seen < times; seen++)
            {
                Assert.True(await requests.WaitAsync(TimeSpan.FromSeconds(30)), "It was not asked within 30 seconds.");
            }
        }

        public void Dispose() => listener.Close();

        private async Task Serve()
        {
            while (listener.IsListening)
            {
                try
                {
                    var context = await listener.GetContextAsync();
                    using var reader = new StreamReader(context.Request.InputStream);
                    Asked.Enqueue((context.Request.Headers["Authorization"], await reader.ReadToEndAsync()));
                    if (Answers is var (status, body))
                    {
                        context.Response.StatusCode = (int)status;
                        context.Response.ContentType = "application/json";
                        var bytes = Encoding.UTF8.GetBytes(body);
                        if (StallsHalfWay)
                        {
                            context.Response.ContentLength64 = bytes.Length;
                            await context.Response.OutputStream.WriteAsync(bytes.AsMemory(0, bytes.Length / 2));
                            await context.Response.OutputStream.FlushAsync();
                        }
                        else
                        {
                            context.Response.Close(bytes, willBlock: false);
                        }
                    }

                    requests.Release();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
                {
                    // Closed, by the test or by who waited no longer.
                }
            }
        }
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Written { get; } = new();

        /// <summary>Returns when a line with this was written so many times.</summary>
        public async Task Says(string part, int times)
        {
            var patience = Stopwatch.StartNew();
            while (Written.Count(line => line.Contains(part, StringComparison.Ordinal)) < times)
            {
                Assert.True(patience.Elapsed < TimeSpan.FromSeconds(30), $"'{part}' was not logged within 30 seconds.");
                await Task.Delay(5);
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
