using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using RandomChat.Application.Bots;
using RandomChat.Application.Matches;
using RandomChat.Domain.Moderation;
using RandomChat.Infrastructure.Secrets;

namespace RandomChat.Web.Captcha;

/// <summary>
/// ALTCHA's proof of work, version 2, with a counter picked by the server: the solver counts from zero until the
/// derived key has the right beginning, so the work is the counter's size and not a matter of luck.
/// </summary>
public sealed class ProofOfWork(ServerSecrets secrets, IOptions<CaptchaOptions> options, ChatMeter meter, TimeProvider clock) : ICaptcha
{
    /// <summary>Characters of the longest solution that is looked at.</summary>
    public const int LongestPayload = 4096;

    private const string Algorithm = "PBKDF2/SHA-256";
    private const int KeyLength = 32;
    private const int PrefixLength = KeyLength / 2;
    private const int RandomLength = 16;
    private const int MaximumSpent = 500_000;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    private readonly PurposeKeys keys = KeysOf(secrets);
    private readonly ConcurrentDictionary<string, long> spent = new();
    private long sweepAt;

    /// <summary>The key of new signatures, as the text that ALTCHA's own library takes.</summary>
    internal static string SecretText(ServerSecrets secrets) => SecretText(KeysOf(secrets).Newest);

    /// <param name="suspicion">Of who asks: the suspected work longer.</param>
    public Challenge NewChallenge(SuspicionStep suspicion = SuspicionStep.None)
    {
        meter.Challenged(suspicion);
        var cost = CostFor(suspicion);
        var nonce = RandomNumberGenerator.GetBytes(RandomLength);
        var salt = RandomNumberGenerator.GetBytes(RandomLength);
        var most = options.Value.MaximumCounter;
        var counter = (uint)RandomNumberGenerator.GetInt32(most / 2, most + 1);
        var key = DeriveKey(nonce, counter, salt, cost);
        var parameters = new ChallengeParameters(
            Algorithm,
            cost,
            (clock.GetUtcNow() + Life).ToUnixTimeSeconds(),
            KeyLength,
            Convert.ToHexStringLower(key.AsSpan(0, PrefixLength)),
            Convert.ToHexStringLower(nonce),
            Convert.ToHexStringLower(salt));
        return new(parameters, Sign(parameters, keys.Newest));
    }

    public CaptchaVerdict Check(CaptchaStep step, SuspicionStep suspicion, string? payload)
    {
        if (!IsAsked(step, suspicion))
        {
            return CaptchaVerdict.Passed;
        }

        var verdict = string.IsNullOrWhiteSpace(payload) ? CaptchaVerdict.Required
            : Accept(payload, CostFor(suspicion)) ? CaptchaVerdict.Passed
            : CaptchaVerdict.Invalid;
        meter.Checked(step, verdict);
        return verdict;
    }

    private int CostFor(SuspicionStep suspicion) =>
        options.Value.Cost * (suspicion == SuspicionStep.None ? 1 : SuspicionPolicy.DearerBy);

    private bool IsAsked(CaptchaStep step, SuspicionStep suspicion) => options.Value.Mode switch
    {
        CaptchaMode.Off => false,
        CaptchaMode.Always when step == CaptchaStep.Session => true,
        _ => suspicion >= SuspicionStep.AskedAgain,
    };

    private bool Accept(string payload, int cost)
    {
        if (Read(payload) is not var (challenge, counter, derivedKey))
        {
            return false;
        }

        var parameters = challenge.Parameters;
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        if (!keys.All.Any(key => Equal(challenge.Signature, Sign(parameters, key))) || parameters.ExpiresAt < now || parameters.Cost < cost)
        {
            return false;
        }

        // What is signed is ours, so it is well-formed.
        var derived = Convert.ToHexStringLower(DeriveKey(
            Convert.FromHexString(parameters.Nonce), counter, Convert.FromHexString(parameters.Salt), parameters.Cost));
        if (!Equal(derivedKey, derived)
            || !derived.StartsWith(parameters.KeyPrefix, StringComparison.Ordinal)
            || !Spend(challenge.Signature, parameters.ExpiresAt, now))
        {
            return false;
        }

        meter.Proved(now - (parameters.ExpiresAt - (long)Life.TotalSeconds));
        return true;
    }

    private bool Spend(string signature, long expiresAt, long now)
    {
        var due = Interlocked.Read(ref sweepAt);
        if (now >= due && Interlocked.CompareExchange(ref sweepAt, now + 60, due) == due)
        {
            foreach (var (old, until) in spent)
            {
                if (until < now)
                {
                    spent.TryRemove(old, out _);
                }
            }
        }

        return spent.Count < MaximumSpent && spent.TryAdd(signature, expiresAt);
    }

    private static (Challenge Challenge, uint Counter, string DerivedKey)? Read(string payload)
    {
        if (payload.Length > LongestPayload)
        {
            return null;
        }

        try
        {
            using var json = JsonDocument.Parse(Convert.FromBase64String(payload));
            var challenge = json.RootElement.GetProperty("challenge");
            var parameters = challenge.GetProperty("parameters");
            var solution = json.RootElement.GetProperty("solution");
            return (
                new(
                    new(
                        Text(parameters, "algorithm"),
                        parameters.GetProperty("cost").GetInt32(),
                        parameters.GetProperty("expiresAt").GetInt64(),
                        parameters.GetProperty("keyLength").GetInt32(),
                        Text(parameters, "keyPrefix"),
                        Text(parameters, "nonce"),
                        Text(parameters, "salt")),
                    Text(challenge, "signature")),
                solution.GetProperty("counter").GetUInt32(),
                Text(solution, "derivedKey"));
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return null;
        }
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? throw new FormatException();

    private static PurposeKeys KeysOf(ServerSecrets secrets) => secrets.For("captcha");

    private static string SecretText(byte[] key) => Convert.ToHexStringLower(key);

    private static string Sign(ChallengeParameters parameters, byte[] key) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(SecretText(key)), JsonSerializer.SerializeToUtf8Bytes(parameters, CanonicalJson)));

    private static byte[] DeriveKey(byte[] nonce, uint counter, byte[] salt, int cost)
    {
        var password = new byte[nonce.Length + sizeof(uint)];
        nonce.CopyTo(password, 0);
        BinaryPrimitives.WriteUInt32BigEndian(password.AsSpan(nonce.Length), counter);
        return Rfc2898DeriveBytes.Pbkdf2(password, salt, cost, HashAlgorithmName.SHA256, KeyLength);
    }

    private static bool Equal(string a, string b) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));

    // JSON.stringify escapes less than .NET does by default.
    private static readonly JsonSerializerOptions CanonicalJson = new(JsonSerializerDefaults.Web)
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
