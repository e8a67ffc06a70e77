namespace RandomChat.Web.Demo;

/// <summary>The demo cannot be made; the message says why, and what to do.</summary>
public sealed class DemoException(string message, Exception? inner = null) : Exception(message, inner);
