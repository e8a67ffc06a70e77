using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace RandomChat.Web.Tests.Accounts;

/// <summary>A device that holds one passkey: what a browser would answer, without a browser (WebAuthn level 3, ES256, attestation "none").</summary>
/// <param name="origin">Of the page that asks.</param>
internal sealed class TestPasskey(string origin) : IDisposable
{
    private const byte UserPresent = 0x01;
    private const byte UserVerified = 0x04;
    private const byte HasCredential = 0x40;

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private string userHandle = string.Empty;

    public byte[] Id { get; } = RandomNumberGenerator.GetBytes(32);

    /// <summary>Whose finger it was; without, only that somebody touched it.</summary>
    public bool Verifies { get; set; } = true;

    /// <summary>How often it has signed.</summary>
    public uint Count { get; set; }

    /// <summary>From which page it is asked, as the device sees it.</summary>
    public string Origin { get; set; } = origin;

    /// <summary>The answer to <c>navigator.credentials.create</c>, as JSON.</summary>
    public string Create(JsonElement options)
    {
        userHandle = options.GetProperty("user").GetProperty("id").GetString()!;
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        byte[] cose = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20, .. point.X!, 0x22, 0x58, 0x20, .. point.Y!];
        byte[] credential = [.. new byte[16], 0, (byte)Id.Length, .. Id, .. cose];
        var data = (byte[])[.. Head(options.GetProperty("rp").GetProperty("id").GetString()!, HasCredential), .. credential];
        byte[] attestation =
        [
            0xA3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xA0, 0x68, .. "authData"u8, 0x58, (byte)data.Length, .. data,
        ];
        return Answer(new
        {
            clientDataJSON = Text(ClientData("webauthn.create", options)),
            attestationObject = Text(attestation),
            transports = new[] { "internal" },
        });
    }

    /// <summary>The answer to <c>navigator.credentials.get</c>, as JSON.</summary>
    public string Sign(JsonElement options)
    {
        Count++;
        var data = Head(options.GetProperty("rpId").GetString()!, 0);
        var client = ClientData("webauthn.get", options);
        byte[] signed = [.. data, .. SHA256.HashData(client)];
        return Answer(new
        {
            clientDataJSON = Text(client),
            authenticatorData = Text(data),
            signature = Text(key.SignData(signed, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
            userHandle,
        });
    }

    public void Dispose() => key.Dispose();

    private byte[] Head(string relyingParty, byte flags)
    {
        var counted = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counted, Count);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(relyingParty)), (byte)(UserPresent | (Verifies ? UserVerified : 0) | flags), .. counted];
    }

    private byte[] ClientData(string type, JsonElement options) => JsonSerializer.SerializeToUtf8Bytes(
        new { type, challenge = options.GetProperty("challenge").GetString(), origin = Origin, crossOrigin = false });

    private string Answer(object response) => JsonSerializer.Serialize(
        new { id = Text(Id), rawId = Text(Id), type = "public-key", clientExtensionResults = new { }, response });

    private static string Text(ReadOnlySpan<byte> bytes) => Base64Url.EncodeToString(bytes);
}
