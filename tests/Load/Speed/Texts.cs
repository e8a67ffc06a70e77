using System.Text;

namespace RandomChat.Load.Speed;

/// <summary>What people say here: about forty characters, harmless, and seldom the same twice.</summary>
internal static class Texts
{
    private static readonly string[] Begins =
        ["honestly", "yeah", "well", "haha", "hmm", "ok so", "right", "funny", "you know", "last week", "this morning", "I think", "maybe", "to be fair", "no way", "anyway"];

    private static readonly string[] Middles =
        ["I went to the market", "we watched that film", "my sister baked bread", "the bus was late", "I learned a new song", "it rained all day", "we played cards", "I read by the window",
         "the garden looks good", "I walked along the river", "our cat slept in a box", "the train was full", "I painted the kitchen", "we cooked some soup", "I fixed my bicycle", "the class was long"];

    private static readonly string[] Ends =
        ["and you?", "it was nice", "so tired now", "as always", "with a friend", "what about you", "again", "for once", "no idea why", "and loved it", "before lunch", "in the end", "all week", "somehow", "really", "I guess"];

    private static readonly byte[][] All =
        [.. from begin in Begins from middle in Middles from end in Ends select Encoding.ASCII.GetBytes($"{begin} {middle} {end}")];

    /// <summary>One of 4,096, by a number that is counted up; it needs no escaping.</summary>
    public static ReadOnlySpan<byte> Next(ref uint number)
    {
        // A step that has no divisor in common with their number comes by all of them, and neighbours are unlike.
        number += 1_237;
        return All[number % All.Length];
    }
}
