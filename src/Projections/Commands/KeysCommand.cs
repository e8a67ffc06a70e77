using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Configuration;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Secrets;
using RandomChat.Infrastructure.Settings;
using RandomChat.Projections.Keys;

namespace RandomChat.Projections.Commands;

/// <summary><c>keys</c>: looks at what is encrypted under what, and rotates it, beside running servers. It prints ids and fingerprints, never a key.</summary>
internal static class KeysCommand
{
    public static Command Create(IConfiguration settings) => new("keys", "Look at the keys of the servers and rotate them, while the servers run")
    {
        Status(settings), Add(settings), Promote(settings), Rewrap(settings), Retire(settings),
        SecretCommands.RenewTokens(settings), SecretCommands.RenewPepper(settings), SecretCommands.RetirePepper(settings),
    };

    private static Command Status(IConfiguration settings)
    {
        var json = Shared.Json();
        var command = new Command("status", "The master keys by fingerprint, the one that wraps first, and how much each of them opens; 1 where something opens with none") { json };
        command.SetAction(async (parsed, ct) =>
        {
            await using var places = WrappedPlaces.Open(settings);
            var ring = places.Source.Read();
            var census = await Count(places, ring, ct);
            if (parsed.GetValue(json))
            {
                Shared.PrintJson(new
                {
                    masterKeys = census.Keys.Select((key, i) => new { fingerprint = key.Key.Fingerprint, wraps = i == 0, promoted = !ring.ToCome.Contains(key.Key), opens = key.Opened }),
                    tokenKeys = SecretCommands.TokenKeys(places.Secrets).Select(key => new { key.KeyId, madeAt = key.CreationDate, begins = key.ActivationDate, key.IsRevoked }),
                    pepper = ServerSecrets.List(places.Secrets).Select(generation => new { generation.Name, generation.Begins }),
                });
            }
            else
            {
                foreach (var (key, opened) in census.Keys)
                {
                    var counts = string.Join(", ", opened.Select(kind => string.Create(CultureInfo.InvariantCulture, $"{kind.Value:N0} {kind.Key}")));
                    Console.WriteLine($"{key.Fingerprint} {(key == ring.First ? "wraps" : ring.ToCome.Contains(key) ? "is not promoted yet" : "opens")}  {counts}");
                }

                foreach (var key in SecretCommands.TokenKeys(places.Secrets).OrderBy(key => key.ActivationDate))
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"token key {key.KeyId:D}  {(key.IsRevoked ? "revoked" : "makes tokens")} from {key.ActivationDate:u} to {key.ExpirationDate:u}"));
                }

                foreach (var generation in ServerSecrets.List(places.Secrets))
                {
                    Console.WriteLine(generation.Begins == DateTimeOffset.MinValue ? $"pepper {generation.Name}  the first" : string.Create(CultureInfo.InvariantCulture, $"pepper {generation.Name}  from {generation.Begins:u}"));
                }

                if (places.Secrets is SecretFiles { PlainCount: > 0 } files)
                {
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files.PlainCount:N0} secrets of the server lie in plain, as earlier versions kept them: keys rewrap wraps them"));
                }
            }

            return census.UnopenedCount == 0 ? ExitCodes.Success : await Lost(census);
        });
        return command;
    }

    private static Command Add(IConfiguration settings)
    {
        var output = Out();
        var command = new Command("add", "A new master key at the end of the ring: it opens from now on and wraps nothing yet") { output };
        command.SetAction(parsed =>
        {
            var source = SourceOf(settings);
            var ring = source.Read().WithNew();
            return Write(source, ring, parsed.GetValue(output), $"{ring.Keys[^1].Fingerprint} was added. Once every node has this ring: keys promote {ring.Keys[^1].Fingerprint}");
        });
        return command;
    }

    private static Command Promote(IConfiguration settings)
    {
        var output = Out();
        var which = new Argument<string>("fingerprint") { Description = "Which one: keys add names it, and keys status" };
        var command = new Command("promote", "Puts a master key first: it wraps from now on") { which, output };
        command.SetAction(async (parsed, _) =>
        {
            var source = SourceOf(settings);
            var ring = source.Read();
            if (await Named(ring, parsed.GetRequiredValue(which)) is not { } key)
            {
                return ExitCodes.Usage;
            }

            if (key.Fingerprint == ring.First.Fingerprint)
            {
                await Console.Error.WriteLineAsync($"{key.Fingerprint} wraps already. To have another one: keys add");
                return ExitCodes.CheckFailed;
            }

            return Write(source, ring.Promote(key), parsed.GetValue(output), $"{key.Fingerprint} wraps from now on. Once every node has this ring: keys rewrap");
        });
        return command;
    }

    private static Command Rewrap(IConfiguration settings)
    {
        var command = new Command("rewrap", "Wraps everything that is wrapped under another master key anew under the first one; may be cancelled and run again");
        command.SetAction(async (_, ct) =>
        {
            await using var places = await WrappedPlaces.OpenProved(settings, ct);
            if (places.Secrets is SecretFiles { PlainCount: > 0 } files)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{files.WrapPlain():N0} secrets of the server that earlier versions kept in plain are wrapped"));
            }

            var ring = places.Source.Read();
            IReadOnlyList<(string Kind, long Rewrapped)> done;
            try
            {
                done = await Progress.Show("wrapping anew", 0, passed => new Rewrapping(places.Masters, places.All).Run(passed, ct));
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                await Console.Error.WriteLineAsync("Cancelled. What was wrapped anew stays so; run it again for the rest.");
                return ExitCodes.Cancelled;
            }

            if (places.Source.Read() is var now && now.First.Fingerprint != ring.First.Fingerprint)
            {
                await Console.Error.WriteLineAsync($"{now.First.Fingerprint} was promoted while {ring.First.Fingerprint} wrapped: run it again.");
                return ExitCodes.CheckFailed;
            }

            foreach (var (kind, rewrapped) in done)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rewrapped:N0} {kind} wrapped anew under {ring.First.Fingerprint}"));
            }

            if (MasterKeyRetirement.NotPromoted(now) is { } forgotten)
            {
                Console.WriteLine(forgotten);
            }

            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Retire(IConfiguration settings)
    {
        var output = Out();
        var which = new Argument<string?>("fingerprint") { Description = "Which one; else every one that wrapped before the first", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("retire", "Takes master keys that open nothing any more out of the ring") { which, output };
        command.SetAction(async (parsed, ct) =>
        {
            await using var places = WrappedPlaces.Open(settings);
            var ring = places.Source.Read();
            MasterKey? named = null;
            if (parsed.GetValue(which) is { } fingerprint && (named = await Named(ring, fingerprint)) is null)
            {
                return ExitCodes.Usage;
            }

            var (retired, said) = MasterKeyRetirement.Of(ring, named);
            if (retired.Count == 0)
            {
                await Console.Error.WriteLineAsync(said);
                return ExitCodes.CheckFailed;
            }

            var census = await Count(places, ring, ct);
            if (retired.FirstOrDefault(key => census.OpenedBy(key) > 0) is { } used)
            {
                await Console.Error.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"{used.Fingerprint} still opens {census.OpenedBy(used):N0} of what is stored: it stays. First: keys rewrap"));
                return ExitCodes.CheckFailed;
            }

            if (!places.Source.Read().IsSame(ring))
            {
                await Console.Error.WriteLineAsync("The ring was changed while what it opens was counted. Nothing was taken out; run it again.");
                return ExitCodes.CheckFailed;
            }

            return census.UnopenedCount > 0
                ? await Lost(census)
                : Write(places.Source, ring.Without(retired), parsed.GetValue(output), said);
        });
        return command;
    }

    private static MasterKeySource SourceOf(IConfiguration settings) => MasterKeySource.Of(settings, RandomChatSettings.DataDirectory(settings));

    private static Option<FileInfo?> Out() => new("--out")
    {
        Description = "Write the new ring there and leave the one in use as it is: where it is mounted read-only, or comes from a setting",
    };

    private static Task<RingCensus> Count(WrappedPlaces places, MasterKeyRing ring, CancellationToken ct) =>
        Progress.Show("counting", 0, passed => RingCensus.Take(ring, places.All, passed, ct));

    private static int Write(MasterKeySource source, MasterKeyRing ring, FileInfo? output, string said)
    {
        if (output is null && source.File is null)
        {
            Console.Error.WriteLine($"{source.Name} cannot be changed from here. Say --out: base64 -w0 of that file is its new value.");
            return ExitCodes.Usage;
        }

        if (output is { Exists: true })
        {
            Console.Error.WriteLine($"{output.FullName} is there already and was left as it is. Name another file.");
            return ExitCodes.CheckFailed;
        }

        MasterKeySource.Write(output?.FullName ?? source.File!, ring, overwrite: output is null);
        if (output is not null)
        {
            // What is said is of the new ring, and it is not in use yet.
            Console.WriteLine($"{output.FullName} holds the new ring; {source.Name} is as it was. Put it in place for every node. Then:");
        }

        Console.WriteLine(said);
        return ExitCodes.Success;
    }

    private static async Task<MasterKey?> Named(MasterKeyRing ring, string fingerprint)
    {
        if (ring.Keys.FirstOrDefault(key => key.Fingerprint == fingerprint) is { } key)
        {
            return key;
        }

        await Console.Error.WriteLineAsync($"No master key of the ring is {fingerprint}: {string.Join(", ", ring.Keys.Select(one => one.Fingerprint))}");
        return null;
    }

    private static async Task<int> Lost(RingCensus census)
    {
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{census.UnopenedCount:N0} of what is stored opens with none of these keys, {census.Unopened[0]} among it: the ring is not the one that it was wrapped with."));
        return ExitCodes.CheckFailed;
    }
}
