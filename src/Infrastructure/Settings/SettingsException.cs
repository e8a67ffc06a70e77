namespace RandomChat.Infrastructure.Settings;

/// <summary>The settings cannot be read as they were given; the message is a sentence that says which.</summary>
public sealed class SettingsException(string message) : Exception(message);
