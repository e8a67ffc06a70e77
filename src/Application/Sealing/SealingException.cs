namespace RandomChat.Application.Sealing;

/// <summary>
/// Something is wrong that waiting does not heal: a sealed text that was changed or belongs to another context, a lost
/// or wrong master key, a damaged key store. The message names the file or the reason and never holds text or keys.
/// </summary>
public sealed class SealingException(string message, Exception? inner = null) : Exception(message, inner);
