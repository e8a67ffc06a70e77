namespace RandomChat.Infrastructure.Secrets;

internal static class Answers
{
    /// <summary>Whoever asks for the keys of tokens cannot do so without waiting; seldom, and of a ring in this process never.</summary>
    public static T Now<T>(ValueTask<T> answer) => answer.IsCompletedSuccessfully ? answer.Result : answer.AsTask().GetAwaiter().GetResult();
}
