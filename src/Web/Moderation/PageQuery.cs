using System.Globalization;

namespace RandomChat.Web.Moderation;

/// <summary>Where a page begins and how long it is, as lists by position are asked for.</summary>
internal static class PageQuery
{
    /// <param name="number">Null where none was given.</param>
    /// <returns>False where it is none from 1 to the most.</returns>
    public static bool TryRead(string? text, long most, out long? number)
    {
        number = null;
        if (string.IsNullOrEmpty(text))
        {
            return true;
        }

        var isOne = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var read) && read >= 1 && read <= most;
        number = read;
        return isOne;
    }
}
