using System.Buffers;
using System.Collections.Frozen;

namespace RandomChat.Infrastructure.Screening;

/// <summary>
/// Ways to somebody outside in a normalised text: numbers, e-mail addresses, handles and links. Each character is looked
/// at a bounded number of times.
/// </summary>
internal static class ContactFinder
{
    private const int FewestDigits = 9;
    private const int FewestDigitsAfterPlus = 7;
    private const int MostDigits = 15;
    private const int FewestHandleLetters = 6;
    private const int LongestDomain = 253;

    private static readonly SearchValues<char> NotInWords = SearchValues.Create("0123456789_");
    private static readonly FrozenSet<string> TopLevels = ScreeningData.Lines("tlds.txt").ToFrozenSet();
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> TopLevel = TopLevels.GetAlternateLookup<ReadOnlySpan<char>>();

    // Without a scheme or a path only these count: "ok.so" and "it.is" are forgotten spaces.
    private static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> WellKnown = new[]
    {
        "com", "net", "org", "info", "biz", "io", "gg", "tv", "xyz", "co", "ly", "app", "link", "site", "online", "club", "live", "shop", "top",
        "uk", "de", "fr", "ru", "eu", "us", "ca", "au", "nl", "ch", "br", "jp", "cn", "cc", "dev", "page", "vip", "fun", "pro", "chat", "cam", "sex", "porn", "xxx",
    }.ToFrozenSet().GetAlternateLookup<ReadOnlySpan<char>>();

    /// <param name="text">The plain characters of a normalised text.</param>
    /// <param name="found">Told what is found, and the link's host where it is one.</param>
    public static void Find(ReadOnlySpan<char> text, Action<ContactKind, string?> found)
    {
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '@' when at > 0 && IsName(text[at - 1]) && Domain(text, at + 1) is var end && end > at + 1 && HasKnownEnd(text[(at + 1)..end], WellKnownOnly: false):
                    found(ContactKind.Email, null);
                    at = end - 1;
                    break;
                case '@' when (at == 0 || !IsName(text[at - 1])) && Handle(text, at + 1) is var end && IsHandle(text[(at + 1)..end]):
                    found(ContactKind.Handle, null);
                    at = end - 1;
                    break;
                case >= '0' and <= '9' when (at == 0 || !char.IsLetterOrDigit(text[at - 1])) && InternetAddress(text[at..]) is > 0 and var length:
                    at += length - 1;
                    break;
                case '(' when InternetAddress(text[(at + 1)..]) > 0:
                    break;
                case '+' or '(' or (>= '0' and <= '9') when (at == 0 || !char.IsLetterOrDigit(text[at - 1])) && Number(text, at) is var (end, digits):
                    if (IsPhone(text, at, end, digits))
                    {
                        found(ContactKind.Phone, null);
                    }

                    at = end - 1;
                    break;
                case >= 'a' and <= 'z' when at == 0 || !IsName(text[at - 1]):
                    at = Link(text, at, found) - 1;
                    break;
            }
        }
    }

    /// <summary>Reports a link that begins here; where to go on.</summary>
    private static int Link(ReadOnlySpan<char> text, int start, Action<ContactKind, string?> found)
    {
        var host = start;
        var isExplicit = false;
        if (text[start..].StartsWith("http://") || text[start..].StartsWith("https://"))
        {
            host = start + text[start..].IndexOf("//") + 2;
            isExplicit = true;
        }

        var end = Domain(text, host);
        if (end == host || (end < text.Length && text[end] == '@'))
        {
            return Math.Max(end, start + 1);
        }

        var domain = text[host..end];
        isExplicit |= domain.StartsWith("www.");
        var hasPath = end < text.Length && text[end] is '/' or '?';
        if (domain.Contains('.') && HasKnownEnd(domain, WellKnownOnly: !isExplicit && !hasPath))
        {
            found(ContactKind.Link, domain.StartsWith("www.") ? domain[4..].ToString() : domain.ToString());
            while (end < text.Length && !char.IsWhiteSpace(text[end]))
            {
                end++;
            }
        }

        return end;
    }

    /// <summary>The end of what could be a domain; a dot at the end is the sentence's.</summary>
    private static int Domain(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && end - start <= LongestDomain && (IsName(text[end]) || (text[end] == '.' && end > start && text[end - 1] != '.')))
        {
            end++;
        }

        while (end > start && text[end - 1] is '.' or '-' or '_')
        {
            end--;
        }

        return end;
    }

    private static bool HasKnownEnd(ReadOnlySpan<char> domain, bool WellKnownOnly)
    {
        var dot = domain.LastIndexOf('.');
        return dot > 0 && (WellKnownOnly ? WellKnown : TopLevel).Contains(domain[(dot + 1)..]);
    }

    private static int Handle(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && (IsName(text[end]) || text[end] == '.'))
        {
            end++;
        }

        return end;
    }

    /// <summary>Longer than "@home", or with what no word has.</summary>
    private static bool IsHandle(ReadOnlySpan<char> name) =>
        name.Length >= FewestHandleLetters || (name.Length > 2 && name.ContainsAny(NotInWords));

    /// <summary>The end of a run of digits with what people put between them, and how many digits it has.</summary>
    private static (int End, int Digits) Number(ReadOnlySpan<char> text, int start)
    {
        var (end, digits, between) = (start, 0, 0);
        for (var at = start; at < text.Length; at++)
        {
            if (char.IsAsciiDigit(text[at]))
            {
                digits++;
                between = 0;
                end = at + 1;
            }
            else if (text[at] is ' ' or '-' or '.' or '(' or ')' or '/' or '+' && between < 3)
            {
                between++;
            }
            else
            {
                break;
            }
        }

        return (Math.Max(end, start + 1), digits);
    }

    private static bool IsPhone(ReadOnlySpan<char> text, int start, int end, int digits)
    {
        var number = text[start..end];
        return digits <= MostDigits
            && digits >= (number[0] == '+' ? FewestDigitsAfterPlus : FewestDigits)
            && !GoesOn(text, end)
            && !IsYears(number)
            && !text[Math.Max(0, start - 8)..start].Contains("isbn", StringComparison.Ordinal);
    }

    /// <summary>Whether what ends here is only the beginning of an amount, a time or a word; a comma may be the sentence's.</summary>
    private static bool GoesOn(ReadOnlySpan<char> text, int end) => end < text.Length
        && (char.IsLetter(text[end]) || (text[end] is ':' or ',' or '%' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1])));

    /// <summary>
    /// How long the internet address is that begins here, such as <c>192.168.100.101</c>; 0 where there is none. A number in
    /// five pairs, as it is written in France, begins like one.
    /// </summary>
    private static int InternetAddress(ReadOnlySpan<char> text)
    {
        var (parts, part, run) = (0, 0, 0);
        var at = 0;
        for (; at < text.Length; at++)
        {
            if (char.IsAsciiDigit(text[at]))
            {
                var isAfterZero = run > 0 && part == 0;
                part = (part * 10) + text[at] - '0';
                if (isAfterZero || ++run > 3 || part > byte.MaxValue)
                {
                    return 0;
                }
            }
            else if (text[at] == '.' && run > 0 && parts < 3)
            {
                (parts, part, run) = (parts + 1, 0, 0);
            }
            else
            {
                break;
            }
        }

        var hasMore = at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]);
        return parts == 3 && run > 0 && !hasMore ? at : 0;
    }

    /// <summary>Dates, their times and spans of years: there is a year, and the other groups are days, months, hours and minutes.</summary>
    private static bool IsYears(ReadOnlySpan<char> number)
    {
        var (years, value, run) = (0, 0, 0);
        for (var at = 0; at <= number.Length; at++)
        {
            var one = at < number.Length ? number[at] : ' ';
            if (char.IsAsciiDigit(one))
            {
                value = (value * 10) + one - '0';
                if (++run > 4)
                {
                    return false;
                }

                continue;
            }

            switch (run)
            {
                case 0 or 1:
                case 2 when value < 60:
                    break;
                case 4 when value is >= 1000 and < 2200:
                    years++;
                    break;
                default:
                    return false;
            }

            if (one == '+')
            {
                return false;
            }

            (value, run) = (0, 0);
        }

        return years > 0;
    }

    private static bool IsName(char one) => char.IsAsciiLetterOrDigit(one) || one is '-' or '_';
}

internal enum ContactKind
{
    Phone,
    Email,
    Handle,
    Link,
}
