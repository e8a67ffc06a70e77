using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using RandomChat.Infrastructure.Sealing;
using RandomChat.Infrastructure.Secrets;

namespace RandomChat.Infrastructure.Tests.Secrets;

/// <summary>Two nodes on one store of secrets, while a third party renews them.</summary>
public sealed class RenewalTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string place = Directory.CreateTempSubdirectory("renewal-").FullName;
    private readonly FakeTimeProvider clock = new(new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));
    private readonly List<ServiceProvider> nodes = [];

    public RenewalTests() => MasterKeySource.Write(Path.Combine(place, "master.key"), MasterKeyRing.New(), overwrite: false);

    [Fact]
    public void A_new_generation_of_the_pepper_derives_from_its_moment_on_and_every_node_recognises_what_any_made()
    {
        var (first, second) = (Secrets(), Secrets());
        var (here, there, captcha) = (first.For("marks"), second.For("marks"), first.For("captcha"));
        var before = here.Newest;
        Assert.Equal(before, there.Newest);
        Assert.NotEqual(before, captcha.Newest);
        Assert.False(first.Refresh());

        var begins = clock.GetUtcNow().AddMinutes(10);
        ServerSecrets.Add(Store(), begins);
        Assert.True(first.Refresh());

        // One node knows it and makes nothing with it yet; the other does not know it.
        Assert.Equal(before, here.Newest);
        Assert.Equal(2, here.All.Count);
        Assert.Single(there.All);
        Assert.True(second.Refresh());

        // It stands last until it begins, so that what a node with a clock ahead made is recognised.
        var after = there.All[1];
        clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal([after, before], here.All);
        Assert.Equal([after, before], there.All);
        Assert.Equal(after, Secrets().For("marks").Newest);

        // The first one is taken out, and nobody makes it anew.
        Store().RemoveRandom("server");
        Assert.True(first.Refresh());
        Assert.Equal([after], here.All);
        Assert.Equal([after], Secrets().For("marks").All);
        Assert.Equal(begins, Assert.Single(ServerSecrets.List(Store())).Begins);
    }

    [Fact]
    public void A_new_key_of_tokens_signs_nobody_out_and_a_revoked_one_does()
    {
        var (first, second) = (Node(), Node());
        var old = Protector(first).Protect("ann");
        Assert.Equal("ann", Protector(second).Unprotect(old));
        Refresh(first, second);

        var begins = TimeProvider.System.GetUtcNow();
        var made = Node().GetRequiredService<IKeyManager>().CreateNewKey(begins, begins.AddDays(90));
        Assert.Equal("ann", Protector(first).Unprotect(Protector(first).Protect("ann")));
        Refresh(first, second);

        // The framework reads them beside whoever asks, who is answered with what is known.
        Assert.NotEqual(made.KeyId, KeyOf(old));
        Assert.All([first, second], node => Assert.True(SpinWait.SpinUntil(() => KeyOf(Protector(node).Protect("ann")) == made.KeyId, Patience)));
        var late = Protector(first).Protect("ann");
        foreach (var node in new[] { first, second, Node() })
        {
            Assert.Equal("ann", Protector(node).Unprotect(old));
            Assert.Equal("ann", Protector(node).Unprotect(late));
        }

        Node().GetRequiredService<IKeyManager>().RevokeAllKeys(made.CreationDate.AddTicks(-1));
        Refresh(first, second);
        Assert.All([first, second], node => Assert.True(SpinWait.SpinUntil(() => IsRefused(node, old), Patience)));
        Assert.Equal("ann", Protector(second).Unprotect(late));
    }

    public void Dispose()
    {
        nodes.ForEach(node => node.Dispose());
        Directory.Delete(place, recursive: true);
    }

    /// <summary>A protected payload begins with four bytes of a mark and the id of its key.</summary>
    private static Guid KeyOf(string text) => new(System.Buffers.Text.Base64Url.DecodeFromChars(text).AsSpan(4, 16));

    private static bool IsRefused(ServiceProvider node, string text)
    {
        try
        {
            Protector(node).Unprotect(text);
            return false;
        }
        catch (CryptographicException)
        {
            return true;
        }
    }

    private static IDataProtector Protector(ServiceProvider node) => node.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");

    private static void Refresh(params ServiceProvider[] nodes)
    {
        foreach (var node in nodes)
        {
            node.GetRequiredService<TokenKeyRing>().Refresh();
        }
    }

    private ServiceProvider Node()
    {
        var node = new ServiceCollection().AddLogging().AddSingleton<ISecretStore>(Store()).AddSingleton(TimeProvider.System).AddTokenKeys().BuildServiceProvider();
        nodes.Add(node);
        return node;
    }

    private ServerSecrets Secrets() => new(Store, clock);

    private SecretFiles Store() => new SecretFiles(Path.Combine(place, "keys"), () => new LocalMasterKeys(MasterKeySource.OfFile(Path.Combine(place, "master.key"))));
}
