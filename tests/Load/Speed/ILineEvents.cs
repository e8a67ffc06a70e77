namespace RandomChat.Load.Speed;

/// <summary>What is heard on a <see cref="Line"/>. The bytes are there for the time of the call.</summary>
internal interface ILineEvents
{
    /// <summary>The hub took the connection.</summary>
    void Opened(Line line);

    /// <param name="id">The number that the call was given.</param>
    void Answered(Line line, int id, ReadOnlySpan<byte> message);

    /// <param name="name">The event's, e.g. <c>match_found</c>.</param>
    void Heard(Line line, ReadOnlySpan<byte> name, ReadOnlySpan<byte> message);

    /// <summary>The server closed it.</summary>
    void Gone(Line line);
}
