using RandomChat.Domain.Moderation;

namespace RandomChat.Web.Demo;

/// <summary>What the visitors of the demo write. Made up, insulting where it has to be, and never obscene: it is shown to people.</summary>
internal static class DemoTalks
{
    public static IReadOnlyList<DemoTalk> Friendly { get; } =
    [
        new("en", A("Hello! Where does the evening find you?"), B("On a balcony with too much tea. You?"), A("On a night train, somewhere between two stations."), B("That is a good place to be."))
        {
            FirstName = "Wren", SecondName = "Otter", Interests = ["trains", "tea"],
        },
        new("en", A("I am learning to bake bread and it is a disaster."), B("What goes wrong?"), A("It does not rise. It looks at me and stays flat."), B("Warmer place, more patience. Mine took five tries."))
        {
            Interests = ["baking"],
        },
        new("en", A("Best film you saw this year?"), B("An old one, about a lighthouse keeper who writes letters to ships."), A("Do the ships answer?"), B("One does.")) { SecondName = "Maple" },
        new("de", A("Moin! Was machst du gerade?"), B("Ich sortiere Fotos vom Sommer am See."), A("Schön. Ich vermisse den Sommer jetzt schon."), B("Dann erzähl ich dir vom Wasser.")) { Interests = ["fotografie"] },
        new("de", A("Spielst du ein Instrument?"), B("Klarinette, aber nur wenn die Nachbarn weg sind."), A("Bei mir ist es umgekehrt: die Nachbarn spielen.")) { FirstName = "Ilse" },
        new("fr", A("Bonsoir ! Tu viens d'où ?"), B("De Bretagne. Il pleut, évidemment."), A("Ici aussi, et j'aime bien ça."), B("Alors on est deux.")) { Interests = ["cuisine"] },
        new("fr", A("Un livre à me conseiller ?"), B("Un roman court, avec une île et beaucoup de vent."), A("Vendu.")),
        new("es", A("¡Hola! ¿Qué tal el día?"), B("Largo, pero ya estoy en casa con el gato."), A("¿Cómo se llama?"), B("Garbanzo.")) { SecondName = "Lucero" },
        new("pt", A("Oi! Você gosta de caminhar?"), B("Muito. Domingo vou subir a serra."), A("Leva água e me conta depois.")) { Interests = ["trilhas"] },
        new("it", A("Ciao, che musica ascolti?"), B("Jazz la sera, silenzio la mattina."), A("Un programma perfetto.")),
        new("ar", A("مرحبا، كيف حالك اليوم؟"), B("بخير، أشرب القهوة وأقرأ."), A("ماذا تقرأ؟"), B("كتابا عن النجوم.")),
        new("ja", A("こんばんは。"), B("こんばんは。今日は寒いですね。"), A("はい、鍋が食べたいです。")),
    ];

    public static DemoTalk Insults { get; } = new("en",
        A("so what do you do all day"), B("I work in a library, I like it a lot."), A("of course you do. boring job for a boring person"),
        B("That is not very kind."), A("you are the dumbest person i have met all week"), A("no wonder nobody talks to you"), B("I would rather stop here."),
        A("go on, run away, everybody does"))
    {
        FirstName = "Thorn",
        Reason = ReportReason.Harassment,
        Comment = "Was friendly for a minute and then only insults. I asked to stop.",
    };

    public static DemoTalk InsultsAgain { get; } = new("en",
        A("hi"), B("Hi there, how are you?"), A("better than you i guess, with a name like that"), B("Pardon?"), A("you heard me, clown"), A("people like you should not be let near a keyboard"))
    {
        Reason = ReportReason.Harassment,
    };

    public static DemoTalk Hate { get; } = new("en",
        A("where are you from"), B("I moved here with my parents when I was six."), A("so you do not belong here"), A("people like you should be sent back, all of you"),
        A("you are vermin and everybody knows it"), B("I am going to report this."))
    {
        Reason = ReportReason.Hate,
        Comment = "As soon as I said that we moved here.",
    };

    public static DemoTalk Advert { get; } = new("es",
        A("¡Gana 300 al día desde casa! Apúntate hoy: club.example.com"), B("No me interesa, gracias."), A("Solo quedan 5 plazas, date prisa: club.example.com"))
    {
        Reason = ReportReason.Spam,
    };

    public static DemoTalk Threat { get; } = new("en",
        A("you think you can laugh at me"), B("I did not laugh at you."), A("i know which bus you take, you told me"), A("tomorrow at six i wait at the stop with a knife"),
        B("Please leave me alone."))
    {
        Reason = ReportReason.Threat,
        Comment = "I told him my bus line before he got angry. I am afraid to go to work tomorrow.",
    };

    public static DemoTalk UnderAge { get; } = new("en",
        B("What do you study?"), A("nothing yet, 9th grade"), B("How old are you then?"), A("14, but do not tell anyone, i put another year at the start"), B("You cannot be here. Take care of yourself."))
    {
        Reason = ReportReason.Underage,
        Comment = "Says they are 14.",
    };

    /// <summary>The screening puts the threat before the staff by itself.</summary>
    public static DemoTalk Flagged { get; } = new("en",
        A("you were the one who skipped me before"), B("I do not think so."), A("i never forget. i know where you live, next time i will break your legs"), B("Goodbye."));

    public static DemoTalk Unwanted { get; } = new("de",
        A("hi, bist du allein?"), B("Ich will einfach nur reden."), A("schick mir ein Foto von dir, aber ohne viel an"), B("Nein."), A("ach komm, nur eins"), B("Ich habe nein gesagt."), A("dann eben ein kleines"))
    {
        Reason = ReportReason.Nudity,
        Comment = "Hat nach einem klaren Nein weitergemacht.",
    };

    public static DemoTalk Mockery { get; } = new("fr",
        A("tu écris comme un enfant de cinq ans"), B("J'apprends le français depuis un an."), A("ça se voit, laisse tomber, tu es trop bête pour ça"), B("Ce n'est pas gentil."), A("pleure donc"))
    {
        Reason = ReportReason.Harassment,
        Comment = "Il se moque de moi parce que j'apprends.",
    };

    public static DemoTalk Quarrel { get; } = new("en",
        A("Cats are better than dogs, and I will not discuss it."), B("You have never met my dog."), A("I am sure he is lovely. Still cats."), B("Unbelievable."))
    {
        FirstName = "Heron",
        Reason = ReportReason.Other,
        Comment = "Prefers cats.",
    };

    /// <summary>What a program tells everybody.</summary>
    public static DemoTalk Program { get; } = new("en",
        A("Hey! I am live right now, see me at meet-me.example.com"), B("Are you a bot?"), A("Haha no. It is free for the first 20: meet-me.example.com"));

    public static DemoTalk Rude { get; } = new("it",
        A("che noia che sei"), B("Ci conosciamo da un minuto."), A("un minuto di troppo, sei proprio stupido"))
    {
        Reason = ReportReason.Harassment,
    };

    public static DemoTalk Pressing { get; } = new("en",
        A("tell me your full name"), B("I would rather not."), A("i will find out anyway, i have your voice and your town"), B("Stop it."), A("then say it, or i post this chat everywhere"))
    {
        Reason = ReportReason.Harassment,
        Comment = "Threatens to publish the chat.",
    };

    public static DemoTalk Contempt { get; } = new("de",
        A("du klingst nicht von hier"), B("Ich bin vor zwei Jahren hergezogen."), A("dann geh dahin zurück, solche wie dich brauchen wir nicht"), B("Das reicht."))
    {
        Reason = ReportReason.Hate,
    };

    public static DemoTalk Band { get; } = new("en",
        A("We play on Friday in the old mill, come if you are near!"), B("Is that an advert?"), A("A small one. Three people and a cello: cello.example.com"))
    {
        Reason = ReportReason.Spam,
    };

    public static DemoTalk Chess { get; } = new("en",
        A("You castle too late, that is why you lose."), B("Rude."), A("Sorry, I meant it as advice."))
    {
        Reason = ReportReason.Harassment,
    };

    private static DemoLine A(string text) => new(true, text);

    private static DemoLine B(string text) => new(false, text);
}
