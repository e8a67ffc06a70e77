namespace RandomChat.Application.Bots;

/// <summary>Settings of what tells programs from people.</summary>
public sealed class BotOptions
{
    /// <summary>Whether behaviour is noted at all: off only where both limits and captcha are.</summary>
    public bool Enabled { get; set; } = true;
}
