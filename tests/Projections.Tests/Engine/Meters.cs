using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using RandomChat.Projections.Engine;

namespace RandomChat.Projections.Tests.Engine;

/// <summary>Meters of one test, apart from those of others.</summary>
internal sealed class Meters : IMeterFactory
{
    private readonly ConcurrentBag<Meter> made = [];

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        made.Add(meter);
        return meter;
    }

    /// <summary>How many seconds each projection is behind now, by its name.</summary>
    public IReadOnlyDictionary<string, double> Lags()
    {
        var lags = new Dictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, to) =>
        {
            if (instrument.Meter.Scope == this && instrument is { Meter.Name: ProjectionMeter.Meter, Name: "randomchat.projection.lag" })
            {
                to.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) => lags[(string)tags[0].Value!] = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return lags;
    }

    public void Dispose()
    {
        foreach (var meter in made)
        {
            meter.Dispose();
        }
    }
}
