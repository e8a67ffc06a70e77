namespace RandomChat.ScreeningModels;

/// <summary>Words that say who people are, in sentences that say nothing against anybody.</summary>
public static class IdentityTerms
{
    private static readonly string[] Who =
    [
        "gay", "a lesbian", "bisexual", "transgender", "trans", "queer", "nonbinary", "asexual", "straight", "a woman", "a man", "black", "white", "asian", "latina", "latino", "african", "african american", "mexican", "indian", "pakistani", "chinese", "japanese", "arab", "turkish", "russian", "ukrainian", "polish", "roma", "israeli", "palestinian", "american", "nigerian", "from niger",
        "jewish", "a jew", "muslim", "christian", "catholic", "hindu", "buddhist", "sikh", "an atheist", "deaf", "blind", "disabled", "autistic", "in a wheelchair", "old", "an immigrant", "a refugee", "a feminist", "a veteran",
    ];

    private static readonly string[] Said =
    [
        "i am {0}", "I'm {0}, and you?", "my best friend is {0}", "as someone who is {0} i love this city", "are you {0} too?", "proud to be {0}", "my parents are not ok with me being {0}", "it is fine to be {0}",
    ];

    public static IEnumerable<string> Sentences => Who.SelectMany(who => Said.Select(sentence => string.Format(System.Globalization.CultureInfo.InvariantCulture, sentence, who)));
}
