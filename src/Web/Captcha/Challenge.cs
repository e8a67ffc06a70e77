using System.Text.Json.Serialization;

namespace RandomChat.Web.Captcha;

/// <summary>A challenge in ALTCHA's JSON, version 2.</summary>
/// <param name="Signature">HMAC-SHA256 in hex over the canonical JSON of the parameters.</param>
public sealed record Challenge(ChallengeParameters Parameters, string Signature);

/// <summary>
/// What the solver needs. The properties stand in the order of their names, so that plain serialization is the
/// canonical JSON that the signature is over.
/// </summary>
/// <param name="Cost">Iterations of PBKDF2.</param>
/// <param name="ExpiresAt">Unix seconds.</param>
/// <param name="KeyLength">Of the derived key, in bytes.</param>
/// <param name="KeyPrefix">What the derived key must begin with, in hex.</param>
/// <param name="Nonce">Hex; the password of a derivation is the nonce and a big-endian 32-bit counter.</param>
/// <param name="Salt">Hex.</param>
public sealed record ChallengeParameters(
    [property: JsonPropertyOrder(0)] string Algorithm,
    [property: JsonPropertyOrder(1)] int Cost,
    [property: JsonPropertyOrder(2)] long ExpiresAt,
    [property: JsonPropertyOrder(3)] int KeyLength,
    [property: JsonPropertyOrder(4)] string KeyPrefix,
    [property: JsonPropertyOrder(5)] string Nonce,
    [property: JsonPropertyOrder(6)] string Salt);
