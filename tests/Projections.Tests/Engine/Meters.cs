using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Tests.Engine;

/// <summary>What the runners of one test measure, apart from those of others.</summary>
internal sealed class Meters : IDisposable
{
    private readonly ServiceProvider services = new ServiceCollection().AddMetrics().BuildServiceProvider();

    public IMeterFactory Factory => services.GetRequiredService<IMeterFactory>();

    /// <summary>How many seconds each projection is behind now, by its name.</summary>
    public IReadOnlyDictionary<string, double> Lags()
    {
        var lags = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Meter.Scope == Factory && instrument is { Meter.Name: ProjectionMeter.Meter, Name: "randomchat.projection.lag" })
            {
                to.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => lags[(string)tags[0].Value!] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return lags;
    }

    public void Dispose() => services.Dispose();
}
