using RandomChat.Application.Events;

namespace RandomChat.Load;

/// <summary>A visitor in a browser.</summary>
internal readonly record struct TrafficPerson(Guid Visitor, Guid Device)
{
    /// <summary>As metadata name whoever did something.</summary>
    public string Actor => EventMetadata.Visitor(Visitor);
}

/// <summary>What events hold that is different in each, and the same for the same seed.</summary>
internal static class Randomness
{
    public static Guid Id(this Random random)
    {
        Span<byte> bytes = stackalloc byte[16];
        random.NextBytes(bytes);
        return new(bytes);
    }

    /// <summary>As long as a sealed text is.</summary>
    public static string Sealed(this Random random)
    {
        var bytes = new byte[random.Next(30, 150)];
        random.NextBytes(bytes);
        return "rc1:h1:" + Convert.ToBase64String(bytes);
    }
}
