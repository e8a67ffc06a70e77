using System.Text;
using RandomChat.Application.Events;

namespace RandomChat.Application.Tests.Events;

/// <summary>Events as a log would hand them out.</summary>
public static class Recorded
{
    public static RecordedEvent Event(string name, string json, string metadata = "") => new(
        new StreamName("match-9a1b2c3d-4e5f-8a6b-8c7d-0e1f2a3b4c5d"), 3, new LogPosition(41), Guid.Empty, name,
        DateTimeOffset.UnixEpoch, Encoding.UTF8.GetBytes(json), Encoding.UTF8.GetBytes(metadata));
}
